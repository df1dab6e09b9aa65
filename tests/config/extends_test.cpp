#include <gmock/gmock.h>

#include "loading.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

using test::TemporaryFolder;
using testing::config_with;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string fault_of(const std::filesystem::path& file) {
  try {
    (void)load_experiment(file, {});
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(Extends, MergesObjectsKeyByKeyAndReplacesTheRest) {
  const TemporaryFolder tree;
  tree.put("base.json", config_with(R"("name": "base", "description": "d", "loader": {"workers": 3, "batch_size": 8},
    "augment": {"contrast": [0.2, 1.8], "shear_degrees": 5})"));
  const auto file = tree.put("sub/mine.json", R"({"extends": "../base.json", "loader": {"batch_size": 16},
    "augment": {"contrast": [0.5, 1.5], "shear_range": 7}})");
  const Experiment e = load_experiment(file, {});
  EXPECT_EQ(e.loader.workers, 3);
  EXPECT_EQ(e.loader.batch_size, 16);
  EXPECT_EQ(e.augment.contrast, (Range{0.5, 1.5}));
  EXPECT_EQ(e.augment.shear_degrees, 7);
  EXPECT_EQ(e.name, "mine") << "a name is not inherited";
  EXPECT_EQ(e.description, "");
}

TEST(Extends, APresetReplacesLayersAndTheOtherWayRound) {
  const TemporaryFolder tree;
  tree.put("preset.json", config_with(""));
  const auto listed =
      tree.put("layers.json", R"({"data": {"kind": "drawn"}, "model": {"layers": [{"type": "flatten"}, {"type": "dense"}]}})");
  const auto to_layers = tree.put("a.json", R"({"extends": "preset.json", "model": {"layers": [{"type": "flatten"}]}})");
  EXPECT_EQ(load_experiment(to_layers, {}).model.preset, "");
  EXPECT_EQ(load_experiment(to_layers, {}).model.layers.size(), 1u);
  const auto to_preset = tree.put("b.json", R"({"extends": "layers.json", "model": {"preset": "cifar10"}})");
  EXPECT_EQ(load_experiment(to_preset, {}).model.preset, "cifar10");
  EXPECT_THAT(load_experiment(to_preset, {}).model.layers, IsEmpty());
  const Experiment set = load_experiment(listed, {.sets = {"model.preset=catdog_conv3"}, .environment = {}});
  EXPECT_EQ(set.model.preset, "catdog_conv3");
  EXPECT_THAT(set.model.layers, IsEmpty());
}

TEST(Extends, AResolvedConfigCanBeExtendedAgain) {
  const TemporaryFolder tree;
  tree.put("base.json", to_json(parse_experiment(config_with(""), "base.json", {})).dump());
  const auto file = tree.put("a.json", R"({"extends": "base.json", "model": {"layers": [{"type": "flatten"}]}})");
  EXPECT_EQ(load_experiment(file, {}).model.preset, "");
}

TEST(Extends, FaultsNameTheFileTheyAreIn) {
  const TemporaryFolder tree;
  const std::string base = tree.put("base.json", config_with("\n\"loader\": {\"worker\": 3}")).string();
  const std::string file = tree.put("a.json", "{\"extends\": \"base.json\",\n\"loader\": {\"batch_sizes\": 3}}").string();
  EXPECT_EQ(fault_of(file), file + ":2: /loader/batch_sizes: unknown key 'batch_sizes' (nearest: 'batch_size')\n" + base +
                                ":3: /loader/worker: unknown key 'worker' (nearest: 'workers')");
}

TEST(Extends, RefusesCycles) {
  const TemporaryFolder tree;
  const auto a = tree.put("a.json", R"({"extends": "b.json"})");
  tree.put("b.json", R"({"extends": "./c.json"})");
  tree.put("c.json", R"({"extends": "a.json"})");
  EXPECT_THAT(fault_of(a), HasSubstr("c.json:1: /extends: extends itself: a.json -> b.json -> c.json -> a.json"));
  EXPECT_THAT(fault_of(tree.put("self.json", R"({"extends": "self.json"})")), HasSubstr("extends itself"));
}

TEST(Extends, RefusesWhatIsNoConfig) {
  const TemporaryFolder tree;
  tree.put("list.json", "[]");
  EXPECT_THAT(fault_of(tree.put("d.json", "{\n\"extends\": \"absent.json\"}")), HasSubstr("d.json:2: /extends: there is no file"));
  EXPECT_THAT(fault_of(tree.put("e.json", R"({"extends": 3})")), HasSubstr("expected the name of another config, got 3"));
  EXPECT_THAT(fault_of(tree.put("f.json", R"({"extends": "."})")), HasSubstr("there is no file"));
  EXPECT_THAT(fault_of(tree.put("g.json", R"({"extends": "/dev/zero"})")), HasSubstr("there is no file"));
  EXPECT_THAT(fault_of(tree.put("h.json", R"({"extends": "list.json"})")), HasSubstr("holds no object"));
}

TEST(Extends, RefusesEndlessChains) {
  const TemporaryFolder tree;
  for (int i = 0; i < 40; ++i)
    tree.put("n" + std::to_string(i) + ".json", R"({"extends": "n)" + std::to_string(i + 1) + ".json\"}");
  EXPECT_THAT(fault_of(tree.path() / "n0.json"), HasSubstr("more than 16 files"));
}

TEST(Extends, FindsShippedConfigsFromAnywhere) {
  const TemporaryFolder tree;
  const Experiment e = load_experiment(tree.put("a.json", R"({"extends": "cifar10_b512.json"})"), {});
  EXPECT_EQ(to_json(load_experiment(tree.put("a.json", R"({"extends": "cifar10_b512"})"), {})), to_json(e))
      << "as on the command line";
  EXPECT_EQ(e.loader.batch_size, 512);
  EXPECT_EQ(e.augment.crop, 24);
}

}  // namespace
}  // namespace cnnbench
