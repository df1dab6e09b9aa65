#include "cnnbench/config/own_layers.hpp"

#include <gtest/gtest.h>

#include "cnnbench/config/load.hpp"

namespace cnnbench {
namespace {

TEST(OwnLayers, AreReadAsTheyAreWritten) {
  EXPECT_EQ(read_own_layers("auto"), (OwnLayers{.automatic = true}));
  EXPECT_EQ(read_own_layers("own"), (OwnLayers{.all = true}));
  EXPECT_EQ(read_own_layers("library"), OwnLayers{});
  EXPECT_EQ(read_own_layers("own:conv_2+residual_1.conv_1"), (OwnLayers{.layers = {"conv_2", "residual_1.conv_1"}}));
  for (const char* text :
       {"", "Own", "own:", "own:conv_1+", "own:+conv_1", "own:conv_1,conv_2", "own:conv 1", "conv_1", "own+conv_1"})
    EXPECT_FALSE(read_own_layers(text)) << text;
}

TEST(OwnLayers, HaveOneTextForEachChoice) {
  const std::vector<std::string> possible{"pool_1", "conv_1", "conv_2"};
  EXPECT_EQ(own_layers_text(possible, {}), "library");
  EXPECT_EQ(own_layers_text(possible, {"conv_1", "conv_2", "pool_1"}), "own");
  EXPECT_EQ(own_layers_text(possible, {"conv_2", "pool_1"}), "own:pool_1+conv_2");
  EXPECT_EQ(own_layers_text({}, {}), "library");
  EXPECT_EQ(own_layers(own_layers_text(possible, {"conv_2", "pool_1"})).layers, (std::set<std::string>{"conv_2", "pool_1"}));
}

TEST(OwnLayers, AreCheckedWithTheConfig) {
  Experiment e;
  e.data.kind = DataKind::drawn;
  e.model.preset = "catdog_original";
  e.train.convolution = "own:conv_1";
  EXPECT_TRUE(validate(e).empty());
  e.train.convolution = "winograd";
  ASSERT_EQ(validate(e).size(), 1U);
  EXPECT_EQ(validate(e).front().str(),
            "/train/convolution: 'winograd' is none of auto, own, library and own:LAYER+LAYER (such as own:conv_2+pool_3)");
}

}  // namespace
}  // namespace cnnbench
