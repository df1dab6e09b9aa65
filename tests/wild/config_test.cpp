// Configs as people who know Keras, PowerShell or a shell write them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "cnnbench/core/error.hpp"
#include "cnnbench/model/plan.hpp"
#include "config/loading.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using testing::config_with;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::faults_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string network(const std::string& kind, const std::string& end) {
  return "{\"data\": {" + kind + "}, \"model\": {\"layers\": [\n{\"type\": \"conv\", \"filters\": 4},\n{\"type\": \"flatten\"},\n" +
         end + "]}}";
}
const std::string two = "\"kind\": \"drawn\"", three = "\"kind\": \"synthetic\", \"synthetic_classes\": 3",
                  unknown = "\"kind\": \"folder\", \"path\": \"x\"";

TEST(WildConfig, ALastSigmoidOrSoftmaxIsTheLosss) {
  const std::pair<std::string, std::string> fine[] = {
      {two, R"({"type": "dense", "units": 1, "activation": "sigmoid"})"},
      {two, R"({"type": "dense"}, {"type": "activation", "activation": "sigmoid"})"},
      {three, R"({"type": "dense", "units": 3, "activation": "softmax"})"},
      {three, R"({"type": "dense"}, {"type": "activation", "activation": "softmax"})"}};
  for (const auto& [kind, end] : fine) {
    Hints hints;
    const Experiment e = parse_experiment(network(kind, end), "a.json", {}, &hints);
    EXPECT_THAT(hints, Contains(HasSubstr("is part of the loss"))) << end;
    const Plan plan = plan_network(e.model, {16, 16}, kind == two ? 2 : 3);
    EXPECT_EQ(plan.layers.back().config.type, LayerType::dense) << end;
    EXPECT_EQ(plan.layers.back().config.activation, Activation::none) << end;
  }
}

TEST(WildConfig, EndsThatWouldNeverLearnAreRefusedWithTheirLine) {
  const auto expect = [](const std::string& kind, const std::string& end, const std::string& words) {
    EXPECT_THAT(faults_of(network(kind, end)), ElementsAre(HasSubstr(words))) << end;
  };
  expect(unknown, R"({"type": "dense", "activation": "relu"})",
         "a.json:4: /model/layers/2/activation: the last layer's outputs go into the loss");
  expect(two, R"({"type": "dense"}, {"type": "activation", "activation": "tanh"})",
         "/model/layers/3/activation: the last layer's outputs go into the loss");
  expect(two, R"({"type": "dense", "units": 1, "activation": "softmax"})", "softmax over the single output");
  expect(two, R"({"type": "dense", "units": 2})", "a.json:4: /model/layers/2/units: 2 units, but 2 classes need a single output");
  expect(three, R"({"type": "dense", "units": 4})", "4 units, but 3 classes need 3 outputs (leave units out");
  expect(three, R"({"type": "dense", "units": 3, "activation": "sigmoid"})", "3 classes exclude each other");
  expect(three, R"({"type": "dense", "units": 8, "activation": "softmax"}, {"type": "dense"})",
         "softmax is understood as the last layer's alone");
}

TEST(WildConfig, PathsAsAShellWouldReadThem) {
  const test::TemporaryFolder f;
  fs::create_directories(f.path() / "home/pictures");
  fs::create_directories(f.path() / "configs/set");
  const char* before = getenv("HOME");
  const std::string home = before == nullptr ? "" : before;
  setenv("HOME", (f.path() / "home").c_str(), 1);
  const auto path_of = [&](const std::string& path, const std::vector<std::string>& sets = {}) {
    const fs::path file =
        f.put("configs/a.json", R"({"data": {"path": ")" + path + R"("}, "model": {"preset": "catdog_original"}})");
    return load_experiment(file, {.sets = sets, .environment = {}}).data.path;
  };
  const std::string pictures = f.path() / "home/pictures";
  EXPECT_EQ(path_of("~/pictures"), pictures);
  EXPECT_EQ(path_of("$HOME/pictures"), pictures);
  EXPECT_EQ(path_of("${HOME}/pictures"), pictures);
  EXPECT_EQ(path_of("x", {"data.path=~/pictures"}), pictures) << "a shell leaves it behind the equals sign";
  EXPECT_EQ(path_of("set"), (f.path() / "configs/set").string()) << "beside the config file";
  EXPECT_EQ(path_of("nowhere"), "nowhere");
  EXPECT_EQ(path_of("x", {"data.path=set"}), "set") << "no file says it";
  EXPECT_EQ(path_of("$CNNBENCH_NOT_SET/x"), "$CNNBENCH_NOT_SET/x");
  fs::create_directories(f.path() / "configs/$HOME");
  EXPECT_EQ(path_of("$HOME"), f.path() / "home") << "nothing is called so from here";
  setenv("HOME", home.c_str(), 1);
}

TEST(WildConfig, OneSentenceSaysWhatToWrite) {
  const auto expect = [](const std::string& text, const std::string& words) {
    EXPECT_THAT(faults_of(text), Contains(HasSubstr(words))) << text;
  };
  expect(std::string("\xff\xfe{\0\"\0", 6), "this is UTF-16, as PowerShell's > writes it: save it as UTF-8");
  expect(std::string("{\0\"\0d\0", 6), "this is UTF-16");
  expect("{'data': {}}", "strings stand in double quotes, not in single ones");
  expect("{\"augment\": {\"horizontal_flip\": True}}", "JSON writes true and false in small letters");
  expect(config_with(R"("augment": {"rescale": "1./255"})"),
         "a number is wanted, nothing is computed: write 0.00392156862745098, or leave rescale out");
  expect(config_with(R"("augment": {"rescale": 1./255})"), "a number is wanted, nothing is computed: write 0.00392156862745098");
  expect(R"({"extends": "a/b/c.json", "augment": {"rescale": 1./255}})", "a number is wanted, nothing is computed: write 0.00392156862745098");
  expect(config_with(R"("augment": {"rescale": 1/255})"), "a number is wanted, nothing is computed: write 0.00392156862745098");
  expect(config_with(R"("augment": {"zoom_range": [0.8, 1.2]})"), "Keras' [0.8, 1.2] is 0.2 here: \"zoom\": 0.2");
  expect(config_with(R"("augment": {"zoom": [0.5, 1]})"), "one number z is wanted");
  expect(config_with(R"("loader": {"workers": "4"})"), "without the quotes: 4");
  const auto size = [](const char* value) {
    return fmt::format(R"({{"data": {{"kind": "drawn", "image_size": {}}}, "model": {{"preset": "catdog_original"}}}})", value);
  };
  expect(size(R"("128x96")"), "expected a whole number or [height, width], got the string '128x96'");
  expect(size("[128, 96, 3]"), "expected a whole number or [height, width], got an array of 3");
  expect(size(R"("64")"), "without the quotes: 64");
  expect(size("[128, 3]"), "/data/image_size/1: 3 is out of limits (4 to 4096)");
}

TEST(WildConfig, AShearInRadiansIsHinted) {
  Hints hints;
  parse_experiment(config_with("\"augment\": {\"shear_range\": 0.2}"), "a.json", {}, &hints);
  EXPECT_THAT(hints, ElementsAre(HasSubstr("\"shear_degrees\": 11.5")));
}

}  // namespace
}  // namespace cnnbench
