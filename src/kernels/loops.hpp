// What our operations with loops of their own (lrn, pool, conv_pool, winograd) share.
#pragma once

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>

#include "kernels/tensor.hpp"

namespace cnnbench {

// Whether x is where and what the loops are written for.
inline bool suits_loops(const at::Tensor& x) {
  return x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

// T: float, std::uint8_t, or Bfloat16 for torch's own.
template <typename T>
T* data(const at::Tensor& t) {
  return static_cast<T*>(t.data_ptr());
}

// For weights [F, ...] of a layer without bias: torch's differentiable functions take no undefined tensor.
inline at::Tensor bias_or_zeros(const at::Tensor& bias, const at::Tensor& weight) {
  return bias.defined() ? bias : at::zeros({weight.size(0)}, weight.options().requires_grad(false));
}

// work() once on each of `threads` threads of libtorch's own (fewer where it has fewer, and once within a parallel region). Through
// an operation that libtorch was compiled with: at::parallel_for stands in its headers, where it is nothing but a loop if the
// program's compiler has no OpenMP of libtorch's kind (clang with libgomp).
void on_threads(std::int64_t threads, c10::function_ref<void()> work);

// do_part(begin, end) for `count` things, `part` at a time, by all threads: whoever is ready takes the next. Equal shares would
// wait for the thread whose core also augments pictures, or that another program holds up. What a part gives may not depend on who
// does it.
template <typename Do>
void share_out(std::int64_t count, std::int64_t part, const Do& do_part) {
  std::atomic<std::int64_t> next{0};
  const std::int64_t threads = std::min<std::int64_t>(at::get_num_threads(), (count + part - 1) / part);
  on_threads(threads, [&] {
    for (std::int64_t begin = next.fetch_add(part); begin < count; begin = next.fetch_add(part))
      do_part(begin, std::min(begin + part, count));
  });
}

}  // namespace cnnbench
