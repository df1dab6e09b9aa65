// Sizes beyond what can be counted are refused with the layer's name, never wrapped into small ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/core/error.hpp"
#include "cnnbench/model/plan.hpp"

namespace cnnbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

LayerConfig conv(int filters, int kernel = 3) {
  return {.type = LayerType::conv, .filters = filters, .kernel = kernel, .padding = Padding::same};
}
LayerConfig layer(LayerType type) { return {.type = type}; }

std::string refused(std::vector<LayerConfig> layers, int side) {
  try {
    ModelConfig model;
    model.layers = std::move(layers);
    plan_network(model, {.height = side, .width = side}, 2);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::usage);
    return e.what();
  }
  return "";
}

// 1024 x 1024 x 4096 is 2^32: as an int it was 0, and the dense layer had "1 parameter".
TEST(PlanSizes, AFlattenOfMoreFeaturesThanAnIntHoldsIsRefused) {
  EXPECT_THAT(refused({conv(4096), layer(LayerType::flatten), layer(LayerType::dense)}, 1024),
              AllOf(HasSubstr("layer flatten_1"), HasSubstr("2147483647 features")));
  EXPECT_EQ(refused({conv(2047), layer(LayerType::flatten), layer(LayerType::dense)}, 1024), "");
}

TEST(PlanSizes, FlopThatASixtyFourBitNumberDoesNotHoldAreRefused) {
  EXPECT_THAT(
      refused({conv(65536), conv(65536, 255), {.type = LayerType::pool, .pool = PoolKind::global_avg}, layer(LayerType::dense)},
              4096),
      AllOf(HasSubstr("layer conv_2"), HasSubstr("FLOP")));
}

// Each block is countable, with 2^59.7 FLOP, two of them are not.
TEST(PlanSizes, SumsAreCheckedToo) {
  LayerConfig block{.type = LayerType::residual};
  block.layers = {conv(16384, 81)};
  std::vector<LayerConfig> layers{conv(16384)};
  for (int i = 0; i < 16; ++i) layers.push_back(block);
  layers.push_back({.type = LayerType::pool, .pool = PoolKind::global_avg});
  layers.push_back(layer(LayerType::dense));
  EXPECT_THAT(refused(layers, 512), AllOf(HasSubstr("layer residual_"), HasSubstr("FLOP with those before it")));
  layers.erase(layers.begin() + 2, layers.begin() + 17);
  EXPECT_EQ(refused(layers, 512), "");
}

}  // namespace
}  // namespace cnnbench
