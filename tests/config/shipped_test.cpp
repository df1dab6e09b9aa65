#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "cnnbench/model/plan.hpp"
#include "cnnbench/pipeline/draw.hpp"
#include "loading.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

const fs::path folder = fs::path(CNNBENCH_SOURCE_DIR) / "configs";

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(ShippedConfigs, AreFoundFromTheProgramsPlace) {
  std::vector<std::string> names;
  for (const fs::path& file : shipped_configs()) names.push_back(file.stem().string());
  EXPECT_THAT(names, IsSupersetOf({"catdog_original", "catdog_conv3", "catdog_dropout", "catdog_improved", "catdog_deep",
                                   "catdog_dropout_noaug", "cifar10", "cifar10_b512", "custom_layers"}));
  EXPECT_THAT(names, Not(::testing::Contains("schema")));
}

TEST(ShippedConfigs, LoadNameThemselvesAndFitTheirPictures) {
  for (const fs::path& file : shipped_configs()) {
    SCOPED_TRACE(file.filename());
    Hints hints;
    const Experiment e = load_experiment(file, {}, &hints);
    EXPECT_EQ(e.name, file.stem());
    EXPECT_NE(e.description, "");
    EXPECT_THAT(hints, ::testing::IsEmpty());
    EXPECT_THAT(text_of(file), HasSubstr("\"$schema\": \"schema.json\""));
    const ImageSize size = augmented_size(e.augment, e.data.image_size);
    EXPECT_GT(plan_network(e.model, size, e.data.kind == DataKind::cifar10 ? 10 : 2).parameters(), 0);
  }
}

TEST(ShippedConfigs, AreTheNetworksOfTheTutorials) {
  const Experiment dropout = load_experiment(folder / "catdog_dropout.json", {}),
                   improved = load_experiment(folder / "catdog_improved.json", {});
  EXPECT_EQ(dropout.data.image_size, square(64));
  EXPECT_EQ(improved.data.image_size, square(128));
  for (const Experiment& e : {dropout, improved}) {
    EXPECT_EQ(e.augment.shear_degrees, 11.5);
    EXPECT_EQ(e.augment.zoom, 0.2);
    EXPECT_TRUE(e.augment.horizontal_flip);
    EXPECT_EQ(e.loader.batch_size, 32);
    EXPECT_EQ(e.train.optimizer, OptimizerKind::adam);
    EXPECT_EQ(e.train.learning_rate, 1e-3);
    EXPECT_EQ(e.data.fallback, Fallback::drawn);
  }
  const Experiment plain = load_experiment(folder / "catdog_dropout_noaug.json", {});
  EXPECT_EQ(plain.augment, AugmentConfig{});
  EXPECT_EQ(plain.model, dropout.model);
  const Experiment cifar = load_experiment(folder / "cifar10_b512.json", {});
  EXPECT_EQ(cifar.loader.batch_size, 512);
  EXPECT_EQ(cifar.augment.contrast, (Range{0.2, 1.8}));
  EXPECT_EQ(cifar.train.moving_average, 0.9999);
  EXPECT_EQ(cifar.train.schedule_epochs, 350);
}

TEST(FindConfig, TakesPathsAndShippedNames) {
  const test::TemporaryFolder tree;
  const fs::path own = tree.put("own.json", "{}");
  EXPECT_EQ(find_config(own.string()), own);
  EXPECT_EQ(find_config((tree.path() / "own").string()), own);
  EXPECT_TRUE(fs::equivalent(find_config("catdog_improved"), folder / "catdog_improved.json"));
  EXPECT_TRUE(fs::equivalent(find_config("catdog_improved.json"), folder / "catdog_improved.json"));
}

TEST(FindConfig, NamesTheNearestShippedOne) {
  try {
    (void)find_config("catdog_improve.json");
    FAIL() << "found a config that is not there";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_STREQ(error.what(), "there is no config 'catdog_improve.json' (nearest: 'catdog_improved')");
    EXPECT_THAT(error.remedy(), AllOf(HasSubstr("catdog_original"), HasSubstr("cifar10_b512")));
  }
  EXPECT_THROW((void)find_config(""), Error);
}

TEST(Schema, TheShippedFileIsCurrent) {
  const std::string current = json_schema().dump(2) + "\n";
  if (std::getenv("CNNBENCH_UPDATE_GOLDEN") != nullptr) std::ofstream(folder / "schema.json", std::ios::binary) << current;
  EXPECT_EQ(text_of(folder / "schema.json"), current) << "renew it with CNNBENCH_UPDATE_GOLDEN=1";
}

TEST(Schema, DescribesEveryKeyWithItsDefault) {
  const nlohmann::ordered_json schema = json_schema(), defaults = to_json(Experiment{});
  for (const auto& section : defaults.items()) {
    const nlohmann::ordered_json& described = schema["properties"].at(section.key());
    EXPECT_NE(described.at("description"), "");
    if (!section.value().is_object()) continue;
    EXPECT_EQ(described.at("additionalProperties"), false);
    for (const auto& key : section.value().items()) {
      EXPECT_EQ(described["properties"].at(key.key()).at("default"), key.value()) << section.key() << "." << key.key();
      EXPECT_NE(described["properties"][key.key()].at("description"), "");
    }
  }
}

}  // namespace
}  // namespace cnnbench
