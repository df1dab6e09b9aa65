// Vectors of pool_rows.hpp's channels. Written with the compiler's vector types, which it turns into whatever registers the target
// has: as plain loops, most of these stayed scalar (g++ 12).
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/vector_code.hpp"

namespace cnnbench::pooling {

// Windows of 15 x 15 at most.
inline constexpr std::size_t max_taps = 225;

// 64 bytes of channels. Bits: integers as wide as the values.
template <typename T>
struct Lanes {
  using Bit = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int16_t>;
  static constexpr std::int64_t count = 64 / sizeof(T);
  typedef Bit Bits __attribute__((vector_size(64)));
  typedef std::uint8_t Bytes __attribute__((vector_size(count)));
  typedef std::int16_t Halves __attribute__((vector_size(2 * count)));
};

template <typename V, typename T>
CNNBENCH_INLINE void load(V& out, const T* from, std::int64_t n) {
  if (n == Lanes<T>::count) {
    load_vector(out, from);
    return;
  }
  out = V{};
  std::memcpy(&out, from, static_cast<std::size_t>(n) * sizeof(T));
}

template <typename V>
CNNBENCH_INLINE void save(const V& v, void* to, std::int64_t bytes) {
  if (bytes == static_cast<std::int64_t>(sizeof(V)))  // of a length that the compiler knows
    std::memcpy(to, &v, sizeof(V));
  else
    std::memcpy(to, &v, static_cast<std::size_t>(bytes));
}

// fn(first, count) for the channels of a pixel, whole vectors first.
template <typename T, typename Fn>
CNNBENCH_INLINE void by_lanes(std::int64_t channels, const Fn& fn) {
  constexpr std::int64_t whole = Lanes<T>::count;
  std::int64_t c = 0;
  for (; c + whole <= channels; c += whole) fn(c, whole);
  if (c < channels) fn(c, channels - c);
}

}  // namespace cnnbench::pooling
