// Loops that the compiler turns into vector code, once for any CPU, once for AVX2, once for AVX-512: which one runs is decided
// where it runs. Body is a struct with `static void run(const Job&)`, CNNBENCH_INLINE like all that it calls. Where the number of
// registers matters, Wide is what AVX-512 runs, with 32 of 64 bytes.
#pragma once

#include <atomic>
#include <cstring>

#define CNNBENCH_INLINE __attribute__((always_inline)) inline

namespace cnnbench {

// For the compiler's vector types: what is in memory, aligned or not, and the same bits as another vector.
template <typename V>
CNNBENCH_INLINE void load_vector(V& out, const void* from) {
  std::memcpy(&out, from, sizeof(V));
}

template <typename To, typename From>
CNNBENCH_INLINE void recast(To& to, const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  std::memcpy(&to, &from, sizeof(To));
}

// What the loops may use of what the processor has: all, but in tests, which see the others' code run here.
enum class Vectors { none, avx2, avx512 };
inline std::atomic<Vectors> most_vectors{Vectors::avx512};

#if defined(__x86_64__)

// For Wide's functions too, where they use the processor's instructions by name.
#ifdef __clang__  // has no such word, and ignores all of an attribute that it does not know
#define CNNBENCH_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma")))
#else
#define CNNBENCH_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma,prefer-vector-width=512")))
#endif

template <class Body, class Job>
CNNBENCH_AVX512 void run_avx512(const Job& job) {
  Body::run(job);
}

template <class Body, class Job>
__attribute__((target("avx2,fma"))) void run_avx2(const Job& job) {
  Body::run(job);
}

inline bool has_avx2() {
  return most_vectors >= Vectors::avx2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
inline bool has_avx512() {
  return most_vectors >= Vectors::avx512 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}

template <class Body, class Wide = Body, class Job>
void run_vectorized(const Job& job) {
  if (has_avx512()) return run_avx512<Wide>(job);
  if (has_avx2()) return run_avx2<Body>(job);
  Body::run(job);
}

#else

inline bool has_avx2() { return false; }
inline bool has_avx512() { return false; }

template <class Body, class Wide = Body, class Job>
void run_vectorized(const Job& job) {
  Body::run(job);
}

#endif

}  // namespace cnnbench
