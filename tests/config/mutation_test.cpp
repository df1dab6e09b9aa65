// Damaged configs: whatever is in a file, loading ends with an experiment or with Error(usage).
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "cnnbench/core/random.hpp"
#include "loading.hpp"

namespace cnnbench {
namespace {

// Kept in order: which text a mutation takes must not depend on the file system.
std::vector<std::string> shipped_texts() {
  std::vector<std::string> texts;
  for (const std::filesystem::path& file : shipped_configs()) {
    std::ifstream in(file, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return texts;
}

const std::string fragments[] = {"{",
                                 "}",
                                 "[",
                                 "]",
                                 ",",
                                 ":",
                                 "\"",
                                 "\\",
                                 "null",
                                 "true",
                                 "-1",
                                 "1e308",
                                 "1e-400",
                                 "0.5",
                                 "\"\"",
                                 "{}",
                                 "[]",
                                 "//",
                                 "/*",
                                 "\n",
                                 "\xff",
                                 std::string(1, '\0'),
                                 "\\u0000",
                                 "\\ud800",
                                 "\"extends\": \"cifar10.json\",",
                                 "\"layers\": [{\"type\": \"residual\", \"layers\": [",
                                 "99999999999999999999"};

void mutate(std::string& text, RandomStream& random) {
  const std::size_t at = random.below(text.size() + 1), length = random.below(12);
  switch (random.below(4)) {
    case 0:
      text.erase(at, length);
      break;
    case 1:
      text.insert(at, fragments[random.below(std::size(fragments))]);
      break;
    case 2:  // a piece of itself somewhere else: keys twice, keys in the wrong place
      text.insert(at, text.substr(random.below(text.size() + 1), random.below(80)));
      break;
    default:
      if (at < text.size()) text[at] = static_cast<char>(random.below(256));
  }
}

TEST(ConfigMutations, EndInAnExperimentOrAUsageError) {
  const std::vector<std::string> texts = shipped_texts();
  ASSERT_GE(texts.size(), 9u);
  int loaded = 0, refused = 0;
  for (std::uint64_t i = 0; i < 6000; ++i) {
    RandomStream random{20, i};
    std::string text = texts[i % texts.size()];
    for (auto n = 1 + random.below(3); n > 0; --n) mutate(text, random);
    SCOPED_TRACE(text);
    try {
      const Experiment e = parse_experiment(text, (shipped_configs().front().parent_path() / "mutant.json").string(), {});
      ++loaded;
      ASSERT_EQ(experiment_from_json(to_json(e)), e);
    } catch (const Error& error) {
      ++refused;
      ASSERT_EQ(error.code(), ExitCode::usage);
      ASSERT_NE(std::string(error.what()), "");
      ASSERT_NO_THROW((void)nlohmann::json(error.what()).dump()) << "messages are valid UTF-8";
    }
  }
  // Both happen, else the mutations test only one half.
  EXPECT_GT(loaded, 300);
  EXPECT_GT(refused, 3000);
}

TEST(ConfigMutations, OfSetsEndLikewise) {
  const std::string keys[] = {"train.epochs", "augment.contrast", "model.layers", "name", "train.schedule", "loader", "x.y", ""};
  for (std::uint64_t i = 0; i < 3000; ++i) {
    RandomStream random{21, i};
    std::string set = keys[random.below(std::size(keys))] + "=";
    for (auto n = random.below(4); n > 0; --n) set += fragments[random.below(std::size(fragments))];
    if (random.below(4) == 0) mutate(set, random);
    SCOPED_TRACE(set);
    try {
      const Overrides overrides{.sets = {set}, .environment = {{std::string("CNNBENCH_").append(set, 0, set.find('=')), set}}};
      (void)parse_experiment(testing::config_with(""), "a.json", overrides);
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ExitCode::usage);
    }
  }
}

}  // namespace
}  // namespace cnnbench
