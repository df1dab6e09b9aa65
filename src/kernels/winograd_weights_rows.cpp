#include "kernels/winograd_rows.hpp"
#include "kernels/winograd_transforms.hpp"

namespace cnnbench {
namespace {

using namespace winograd;

// From [T::in * T::in, plane], the sum of `parts` of them, to [T::out * T::out, plane].
struct Taps {
  const float* from;
  float* to;
  std::int64_t parts, plane;
  Slice these;
};

template <class T>
struct TapsBody {
  struct Load {
    const Taps& job;
    std::int64_t at;
    CNNBENCH_INLINE void operator()(Floats& v, int i, int j) const {
      const float* from = job.from + (i * T::in + j) * job.plane + at;
      load_vector(v, from);
      for (std::int64_t part = 1; part < job.parts; ++part) {
        Floats more;
        load_vector(more, from + part * T::in * T::in * job.plane);
        v += more;
      }
    }
  };
  struct Save {
    const Taps& job;
    std::int64_t at;
    CNNBENCH_INLINE void operator()(const Floats& v, int i, int j) const {
      lanes::save(v, job.to + (i * T::out + j) * job.plane + at);
    }
  };
  static CNNBENCH_INLINE void run(const Taps& job) {
    for (std::int64_t at = job.these.first; at < job.these.end(); at += lanes::count) both_ways<T>(Load{job, at}, Save{job, at});
  }
};

}  // namespace

void winograd_weights(const float* taps, std::int64_t numbers, Slice these, int kernel, float* to) {
  if (kernel == 3)
    run_vectorized<TapsBody<Weights<3>>>(Taps{taps, to, 1, numbers, these});
  else
    run_vectorized<TapsBody<Weights<5>>>(Taps{taps, to, 1, numbers, these});
}

void winograd_weights_backward(const float* from, std::int64_t parts, std::int64_t numbers, Slice these, int kernel,
                               float* d_taps) {
  if (kernel == 3)
    run_vectorized<TapsBody<WeightsAdjoint<3>>>(Taps{from, d_taps, parts, numbers, these});
  else
    run_vectorized<TapsBody<WeightsAdjoint<5>>>(Taps{from, d_taps, parts, numbers, these});
}

}  // namespace cnnbench
