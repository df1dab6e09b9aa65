#include "cnnbench/results/buckets.hpp"

#include <gtest/gtest.h>

namespace cnnbench {
namespace {

Plan preset(const std::string& name, int side) { return plan_network({.preset = name, .layers = {}}, {side, side}, 2); }

double bytes_of(const std::vector<Bucket>& buckets) {
  double sum = 0;
  for (const Bucket& b : buckets) sum += b.bytes;
  return sum;
}

// Parameters 896, 9,248, 802,944 and 129; FLOP forward 6,642,432, 15,501,312, 1,605,632 and 256, and back twice that, but once for
// the first layer: 40,856,832 in all, 3,211,776 of them for the dense layers.
TEST(Buckets, OfTheOriginalNetworkAreItsDenseLayersAndItsConvolutions) {
  const std::vector<Bucket> buckets = buckets_of(preset("catdog_original", 64));
  ASSERT_EQ(buckets.size(), 2u);
  EXPECT_EQ(buckets[0].bytes, 4 * (802'944 + 129));
  EXPECT_NEAR(buckets[0].ready, 3'211'776.0 / 40'856'832, 1e-12);
  EXPECT_EQ(buckets[1].bytes, 4 * (896 + 9'248));
  EXPECT_EQ(buckets[1].ready, 1);
}

TEST(Buckets, HoldEachParameterOnceWhateverTheirSize) {
  const Plan plan = preset("catdog_improved", 128);
  for (const double limit : {1.0, 1e5, 1e6, 1e9}) {
    const std::vector<Bucket> buckets = buckets_of(plan, limit);
    EXPECT_EQ(bytes_of(buckets), 4.0 * static_cast<double>(plan.parameters()));
    for (std::size_t i = 1; i < buckets.size(); ++i) EXPECT_GE(buckets[i].ready, buckets[i - 1].ready);
    for (std::size_t i = 0; i + 1 < buckets.size(); ++i) EXPECT_GE(buckets[i].bytes, limit);
    EXPECT_EQ(buckets.back().ready, 1);
  }
  EXPECT_EQ(buckets_of(plan, 1e9).size(), 1u);
}

TEST(Buckets, OfAResidualBlockHoldItsBranchAndItsShortcut) {
  LayerConfig conv{.type = LayerType::conv, .filters = 8, .kernel = 3, .padding = Padding::same};
  const Plan plan =
      plan_network({.preset = "",
                    .layers = {conv,
                               {.type = LayerType::residual,
                                .layers = {conv, {.type = LayerType::conv, .filters = 16, .kernel = 3, .padding = Padding::same}}},
                               {.type = LayerType::flatten},
                               {.type = LayerType::dense}}},
                   {8, 8}, 2);
  ASSERT_TRUE(plan.layers[1].projected);
  EXPECT_EQ(bytes_of(buckets_of(plan, 1)), 4.0 * static_cast<double>(plan.parameters()));
  EXPECT_EQ(buckets_of(plan, 1).size(), 5u);  // dense, shortcut, two of the branch, the first
}

}  // namespace
}  // namespace cnnbench
