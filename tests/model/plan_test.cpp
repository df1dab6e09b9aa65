#include "cnnbench/model/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

Plan preset(const std::string& name, int side, int classes = 2) {
  return plan_network({.preset = name, .layers = {}}, {side, side}, classes);
}

// Counted by hand from the layer tables (and the same as Keras' model.summary() prints for these networks).
TEST(Plan, ParametersOfThePresets) {
  EXPECT_EQ(preset("catdog_original", 64).parameters(), 813217);
  EXPECT_EQ(preset("catdog_conv3", 64).parameters(), 323809);
  EXPECT_EQ(preset("catdog_dropout", 64).parameters(), preset("catdog_conv3", 64).parameters());
  EXPECT_EQ(preset("catdog_improved", 128).parameters(), 407745);
  EXPECT_EQ(preset("catdog_deep", 128).parameters(), 407745 + 30 * (64 * 64 * 9 + 64));
  EXPECT_EQ(preset("cifar10", 24, 10).parameters(), 1068298);
}

TEST(Plan, DeepsThirtyConvolutionsCostAbout26GflopAPictureInTraining) {
  const auto flops = [](const char* name) { return 3e-9 * static_cast<double>(preset(name, 128).flops()); };
  EXPECT_NEAR(flops("catdog_deep") - flops("catdog_improved"), 30 * 3e-9 * 2 * 9 * 64 * 64 * 63 * 63, 1e-6);
  EXPECT_NEAR(flops("catdog_deep") - flops("catdog_improved"), 26, 0.5);
}

TEST(Plan, ValidConvolutionsAndPoolsShrinkAsInKeras) {
  const Plan plan = preset("catdog_improved", 128);
  EXPECT_EQ(plan.layers[0].out.str(), "(126, 126, 64)");
  EXPECT_EQ(plan.layers[7].out.str(), "(6, 6, 64)");
  EXPECT_EQ(plan.outputs, 1);
}

// By hand: 3x3 convolutions take 2, pools halve and round down, each side by itself.
TEST(Plan, PicturesThatAreNotSquareKeepTheirSidesApart) {
  const Plan plan = plan_network({.preset = "catdog_original", .layers = {}}, {48, 64}, 2);
  EXPECT_EQ(plan.input.str(), "(48, 64, 3)");
  EXPECT_EQ(plan.layers[0].out.str(), "(46, 62, 32)");
  EXPECT_EQ(plan.layers[3].out.str(), "(10, 14, 32)");
  EXPECT_EQ(plan.layers[4].out.str(), "(4480)");
  EXPECT_EQ(plan.parameters(), 3 * 9 * 32 + 32 + 32 * 9 * 32 + 32 + 4480 * 128 + 128 + 128 + 1);
  EXPECT_EQ(plan.layers[0].flops, 2LL * 46 * 62 * 32 * 27);
  const Plan cifar10 = plan_network({.preset = "cifar10", .layers = {}}, {24, 31}, 10);
  EXPECT_EQ(cifar10.layers[1].out.str(), "(12, 16, 64)");
  EXPECT_EQ(cifar10.layers[1].pads, (std::array<int, 4>{0, 1, 1, 1}));
}

TEST(Plan, AShortcutsStrideIsThatOfBothSides) {
  LayerConfig strided{.type = LayerType::conv, .filters = 8, .stride = 4, .padding = Padding::same};
  for (const auto& [input, stride, out] :
       {std::tuple{ImageSize{1, 64}, 4, "(1, 16, 8)"}, {ImageSize{64, 1}, 4, "(16, 1, 8)"}, {ImageSize{5, 17}, 4, "(2, 5, 8)"}}) {
    const Plan plan = plan_network(
        {.preset = {},
         .layers = {{.type = LayerType::residual, .layers = {strided}}, {.type = LayerType::flatten}, {.type = LayerType::dense}}},
        input, 2);
    EXPECT_EQ(plan.layers[0].config.stride, stride);
    EXPECT_EQ(plan.layers[0].out.str(), out);
  }
}

TEST(Plan, SamePaddingPutsTheOddCellAtTheEndAsTensorFlowDoes) {
  const Plan plan = preset("cifar10", 24, 10);
  EXPECT_EQ(plan.layers[1].out.str(), "(12, 12, 64)");
  EXPECT_EQ(plan.layers[1].pads, (std::array<int, 4>{0, 1, 0, 1}));
  EXPECT_EQ(plan.layers[0].pads, (std::array<int, 4>{2, 2, 2, 2}));
}

TEST(Plan, TwoClassesTakeOneOutput) {
  EXPECT_EQ(preset("catdog_original", 64, 2).layers.back().out.channels, 1);
  EXPECT_EQ(preset("catdog_original", 64, 3).layers.back().out.channels, 3);
}

TEST(Plan, GroupsAndDilationCount) {
  const ModelConfig model{.preset = {},
                          .layers = {{.type = LayerType::conv, .filters = 8, .kernel = 1},
                                     {.type = LayerType::conv, .filters = 8, .kernel = 3, .dilation = 2, .groups = 4},
                                     {.type = LayerType::flatten},
                                     {.type = LayerType::dense}}};
  const Plan plan = plan_network(model, {9, 9}, 2);
  EXPECT_EQ(plan.layers[1].out.str(), "(5, 5, 8)");
  EXPECT_EQ(plan.layers[1].parameters, 3 * 3 * 2 * 8 + 8);
  EXPECT_EQ(plan.layers[1].flops, 2 * 3 * 3 * 2 * 8 * 25);
}

TEST(Plan, ResidualProjectsOnlyWhereTheShapeChanges) {
  const LayerConfig same{.type = LayerType::conv, .filters = 16, .padding = Padding::same};
  LayerConfig strided = same;
  strided.stride = 2;
  strided.filters = 32;
  ModelConfig model{.preset = {},
                    .layers = {same,
                               {.type = LayerType::residual, .layers = {same, same}},
                               {.type = LayerType::residual, .layers = {strided}},
                               {.type = LayerType::pool, .pool = PoolKind::global_avg},
                               {.type = LayerType::dense}}};
  const Plan plan = plan_network(model, {15, 15}, 2);
  EXPECT_FALSE(plan.layers[1].projected);
  EXPECT_TRUE(plan.layers[2].projected);
  EXPECT_EQ(plan.layers[2].out.str(), "(8, 8, 32)");
  EXPECT_EQ(plan.layers[2].parameters, 16 * 32 * 9 + 32 + 16 * 32 + 32);
}

TEST(Plan, MisfitsNameTheLayer) {
  const auto what = [](std::vector<LayerConfig> layers) {
    try {
      plan_network({.preset = {}, .layers = std::move(layers)}, {8, 8}, 2);
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), ExitCode::usage);
      EXPECT_FALSE(e.remedy().empty());
      return std::string(e.what());
    }
    return std::string("no error");
  };
  const LayerConfig pool{.type = LayerType::pool}, flatten{.type = LayerType::flatten}, dense{.type = LayerType::dense};
  EXPECT_THAT(what({pool, pool, pool, pool}), testing::HasSubstr("pool_4: its 2x2 window does not fit"));
  EXPECT_THAT(what({dense}), testing::HasSubstr("dense_1: a dense layer needs a flat input"));
  EXPECT_THAT(what({flatten, {.type = LayerType::conv, .filters = 4}}),
              testing::HasSubstr("conv_1: a convolution cannot follow flatten"));
  EXPECT_THAT(what({flatten, {.type = LayerType::dense, .units = 7}}),
              testing::HasSubstr("/model/layers/1/units: 7 units, but 2 classes need a single output"));
  EXPECT_THAT(what({{.type = LayerType::conv, .filters = 4, .groups = 2}}), testing::HasSubstr("2 groups do not divide"));
}

TEST(Summary, ListsShapesParametersAndFlop) {
  const std::string table = summary_table(preset("catdog_original", 64));
  EXPECT_THAT(table, testing::HasSubstr("conv_1 (conv 3x3 relu)"));
  EXPECT_THAT(table, testing::HasSubstr("(62, 62, 32)"));
  EXPECT_THAT(table, testing::HasSubstr("Total params: 813,217"));
}

}  // namespace
}  // namespace cnnbench
