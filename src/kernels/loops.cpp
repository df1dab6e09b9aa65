#include "kernels/loops.hpp"

#include <ATen/TensorIterator.h>

namespace cnnbench {

void on_threads(std::int64_t threads, c10::function_ref<void()> work) {
  if (threads <= 1) return work();
  // Its elements stand for the threads: nothing is written.
  const at::Tensor places = at::empty({threads}, at::kByte);
  at::TensorIterator::borrowing_nullary_op(places).for_each(
      [&](char**, const std::int64_t*, std::int64_t, std::int64_t) { work(); }, /*grain_size=*/1);
}

}  // namespace cnnbench
