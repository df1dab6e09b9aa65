// Our own operations on several threads. By shares of processor time, which a busy machine does not change.
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <ctime>

#include "support/spells.hpp"
#include "kernels/conv_pool.hpp"
#include "kernels/devices.hpp"
#include "kernels/lrn.hpp"
#include "kernels/pool.hpp"
#include "kernels/winograd.hpp"

namespace cnnbench {
namespace {

double seconds_of(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// Of the processor time that two threads spend on it, what the calling one spends: a half, if they share the work. Whoever is
// ready takes the next part, so that the caller has more where another program holds the other's core: the best of some spells.
template <class Work>
double share_of_caller(const Work& work) {
  const int threads = at::get_num_threads();
  at::set_num_threads(2);
  work();  // starts the threads
  const double share = test::least_of_spells(0.6, [&] {
    const double mine = seconds_of(CLOCK_THREAD_CPUTIME_ID), all = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < 5; ++i) work();
    return (seconds_of(CLOCK_THREAD_CPUTIME_ID) - mine) / (seconds_of(CLOCK_PROCESS_CPUTIME_ID) - all);
  });
  at::set_num_threads(threads);
  return share;
}

TEST(Threads, ShareOurOperations) {
  const at::Tensor x = at::randn({16, 64, 64, 64}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor pictures = at::randn({16, 3, 128, 128}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor w = at::randn({64, 64, 3, 3}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor first = at::randn({64, 3, 3, 3}).contiguous(at::MemoryFormat::ChannelsLast), b = at::zeros({64});
  const at::NoGradGuard no_grad;
  EXPECT_LT(share_of_caller([&] { conv_pool(pictures, first, b); }), 0.8);
  EXPECT_LT(share_of_caller([&] { max_pool(x, {.out_height = 32, .out_width = 32, .relu = true}); }), 0.8);
  EXPECT_LT(share_of_caller([&] { local_response_norm(x, {}); }), 0.8);
  if (has_winograd(x, w)) {
    EXPECT_LT(share_of_caller([&] { winograd(x, w, b, {.conv_height = 62, .conv_width = 62}); }), 0.8);
  }
}

TEST(Threads, TakeVanishedNumbersForZero) {
  const int threads = at::get_num_threads();
  const at::Tensor small = at::full({1 << 18}, 1e-30F);  // large enough for both
  at::globalContext().setFlushDenormal(false);           // the calling thread's, which computes eight numbers by itself
  EXPECT_GT((small.narrow(0, 0, 8) * 1e-10F).min().item<float>(), 0);
  set_compute_threads(2);
  EXPECT_EQ((small * 1e-10F).max().item<float>(), 0);
  at::globalContext().setFlushDenormal(false);
  at::set_num_threads(threads);
}

}  // namespace
}  // namespace cnnbench
