#include <gmock/gmock.h>

#include <set>

#include "loading.hpp"
#include "random_experiment.hpp"

namespace cnnbench {
namespace {

using ::testing::ElementsAre;
using testing::random_experiment;

TEST(RoundTrip, AnyExperimentSurvivesJson) {
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const Experiment e = random_experiment(i);
    const std::string text = to_json(e).dump();
    ASSERT_EQ(experiment_from_json(nlohmann::json::parse(text)), e) << text;
  }
}

// Else the test above proves little.
TEST(RoundTrip, TheGeneratorReachesEveryKey) {
  const nlohmann::json defaults = to_json(Experiment{});
  std::set<std::string> never_changed;
  for (const auto& [section, keys] : defaults.items())
    for (const auto& [key, value] : keys.items()) never_changed.insert("/" + section + (keys.is_object() ? "/" + key : ""));
  EXPECT_GT(never_changed.size(), 50u);
  for (std::uint64_t i = 0; i < 200; ++i) {
    const nlohmann::json e = to_json(random_experiment(i));
    std::erase_if(never_changed, [&](const std::string& key) {
      const nlohmann::json::json_pointer at(key);
      return e.at(at) != defaults.at(at);
    });
  }
  EXPECT_THAT(never_changed, ::testing::IsEmpty());
}

TEST(RoundTrip, AResolvedConfigLoadsToItself) {
  const std::string text = testing::config_with(R"("augment": {"contrast": [0.2, 1.8]}, "train": {"learning_rate": 0.1})");
  const Experiment e = parse_experiment(text, "a.json", {});
  EXPECT_EQ(parse_experiment(to_json(e).dump(2), "b.json", {}), e);
}

TEST(ToJson, WritesEveryKeyInTheOrderOfTheFields) {
  const nlohmann::ordered_json json = to_json(Experiment{});
  std::vector<std::string> sections, loader;
  for (const auto& item : json.items()) sections.push_back(item.key());
  for (const auto& item : json["loader"].items()) loader.push_back(item.key());
  EXPECT_THAT(sections, ElementsAre("name", "description", "data", "augment", "loader", "model", "train"));
  EXPECT_THAT(loader, ElementsAre("workers", "batch_size", "max_queue_size", "cache", "shuffle"));
  EXPECT_EQ(json["augment"]["brightness"], nullptr);
  EXPECT_EQ(json["train"]["precision"], "float32");
}

TEST(ToJson, ALayerWritesOnlyTheKeysOfItsType) {
  Experiment e;
  e.model.layers = {{.type = LayerType::pool, .size = 3}, {.type = LayerType::flatten}};
  EXPECT_EQ(to_json(e)["model"]["layers"].dump(),
            R"([{"type":"pool","stride":0,"padding":"valid","pool":"max","size":3},{"type":"flatten"}])");
}

TEST(FromJson, IsStrict) {
  nlohmann::json json = to_json(Experiment{});
  EXPECT_EQ(experiment_from_json(json), Experiment{});
  json["loader"]["worker"] = 1;
  EXPECT_THROW((void)experiment_from_json(json), Error);
  EXPECT_THROW((void)experiment_from_json(nullptr), Error);
  json = to_json(Experiment{});
  json["extends"] = "a.json";
  EXPECT_THROW((void)experiment_from_json(json), Error);
}

}  // namespace
}  // namespace cnnbench
