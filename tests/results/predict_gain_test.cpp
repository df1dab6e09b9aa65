#include "cnnbench/results/predict_gain.hpp"

#include <gtest/gtest.h>

namespace cnnbench {
namespace {

// A worker takes 500 us a picture: 2,000 a second each. 400 us of it read and decode.
Row row(const std::string& device, int workers, int cores, double compute, double live, const std::string& cache = "none") {
  Row r;
  r.device = device;
  r.workers = workers;
  r.cpus_usable = cores;
  r.cache = cache;
  r.median_ips = live;
  r.compute_only_ips = compute;
  r.read_us = 50;
  r.decode_us = 350;
  r.augment_us = 100;
  return r;
}

TEST(BestRemedy, AStarvingGpuWantsTheCache) {
  const auto remedy = best_remedy(row("cuda:0", 2, 4, 50000, 4000));
  ASSERT_TRUE(remedy);
  EXPECT_EQ(remedy->set, "loader.cache=decoded");
  EXPECT_NEAR(remedy->predicted_ips, 20000, 1);  // two workers at 100 us
}

TEST(BestRemedy, OrMoreWorkersWhereTheCacheIsThere) {
  Row r = row("cuda:0", 1, 4, 50000, 2000, "decoded");
  r.read_us = r.decode_us = 0;
  r.augment_us = 500;
  EXPECT_EQ(best_remedy(r)->set, "loader.workers=4");
  EXPECT_NEAR(best_remedy(r)->predicted_ips, 8000, 1);
}

// 1/1000 + 500e-6/2 s a picture now, 1/1000 + 100e-6/2 then.
TEST(BestRemedy, OnTheCpuTheCoresAreShared) {
  EXPECT_NEAR(best_remedy(row("cpu", 2, 2, 1000, 800))->predicted_ips, 800 * 1.25 / 1.05, 1e-6);
}

// 1/1000 + 3 * 500e-6/2 s a picture as measured: beside the network a worker takes three times as long. 1/1000 + 3 * 100e-6/2 then.
TEST(BestRemedy, AWorkerThatTheNetworkHoldsUpIsHeldUpLess) {
  const auto remedy = best_remedy(row("cpu", 2, 2, 1000, 1 / 1.75e-3));
  ASSERT_TRUE(remedy);
  EXPECT_EQ(remedy->set, "loader.cache=decoded");
  EXPECT_NEAR(remedy->predicted_ips, 1 / 1.15e-3, 1e-6);
}

// Workers that are the limit at 1,500 a second instead of 2,000 with the GPU beside them: 4/3 times as long, with the cache too.
TEST(BestRemedy, BesideAGpuToo) { EXPECT_NEAR(best_remedy(row("cuda:0", 1, 4, 50000, 1500))->predicted_ips, 7500, 1e-6); }

TEST(BestRemedy, NothingWhereComputingIsTheLimit) {
  EXPECT_FALSE(best_remedy(row("cuda:0", 4, 4, 1000, 1000)));
  EXPECT_FALSE(best_remedy(row("cpu", 2, 2, 10, 10)));
}

TEST(BestRemedy, NothingWhereTheSpeedsAreNotKnown) {
  Row r = row("cuda:0", 1, 4, 50000, 2000);
  r.compute_only_ips.reset();
  EXPECT_FALSE(best_remedy(r));
}

}  // namespace
}  // namespace cnnbench
