#include <gmock/gmock.h>

#include "cnnbench/config/interval.hpp"
#include "loading.hpp"

namespace cnnbench {
namespace {

using testing::config_with;
using ::testing::ElementsAre;
using testing::faults_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Experiment valid() {
  Experiment e;
  e.data.kind = DataKind::drawn;
  e.model.preset = "catdog_original";
  return e;
}

// "pointer: problem" of each fault that a change to a valid experiment makes.
template <class Change>
std::vector<std::string> faults_after(Change change) {
  Experiment e = valid();
  change(e);
  std::vector<std::string> lines;
  for (const Issue& issue : validate(e)) lines.push_back(issue.str());
  return lines;
}

TEST(Validate, AcceptsAValidExperiment) { EXPECT_THAT(validate(valid()), IsEmpty()); }

TEST(Validate, WantsOneNetwork) {
  EXPECT_THAT(faults_after([](Experiment& e) { e.model.preset = ""; }),
              ElementsAre(HasSubstr("/model: no network: give model.preset (catdog_conv3, ")));
  EXPECT_THAT(faults_after([](Experiment& e) { e.model.layers = {{.type = LayerType::flatten}}; }),
              ElementsAre("/model: preset and layers are both given: leave one out"));
  EXPECT_THAT(faults_after([](Experiment& e) { e.model.preset = "catdog_orignal"; }),
              ElementsAre("/model/preset: there is no network 'catdog_orignal' (nearest: 'catdog_original')"));
}

TEST(Validate, WantsRangesInOrder) {
  EXPECT_THAT(faults_after([](Experiment& e) {
                e.augment.brightness = Range{1.5, 0.5};
              }),
              ElementsAre("/augment/brightness: low is above high: [1.5, 0.5]"));
  EXPECT_THAT(faults_after([](Experiment& e) {
                e.augment.contrast = Range{2, 1};
              }),
              ElementsAre("/augment/contrast: low is above high: [2, 1]"));
  EXPECT_THAT(faults_after([](Experiment& e) { e.augment.contrast = Range{1, 1}; }), IsEmpty());
}

TEST(Validate, WantsPicturesThatFit) {
  EXPECT_THAT(faults_after([](Experiment& e) { e.augment.crop = 65; }),
              ElementsAre("/augment/crop: 65 is larger than the pictures (data.image_size 64)"));
  EXPECT_THAT(faults_after([](Experiment& e) { e.augment.crop = 64; }), IsEmpty());
  EXPECT_THAT(faults_after([](Experiment& e) {
                e.augment.crop = 49;
                e.data.image_size = {48, 64};
              }),
              ElementsAre("/augment/crop: 49 is larger than the pictures (data.image_size [48,64])"));
  const auto cifar = [](ImageSize size) {
    return faults_after([size](Experiment& e) { e.data = {.kind = DataKind::cifar10, .path = "x", .image_size = size}; });
  };
  EXPECT_THAT(cifar(square(64)), ElementsAre("/data/image_size: the pictures of kind cifar10 are 32x32, got 64: set it to 32"));
  EXPECT_THAT(cifar({32, 40}), ElementsAre("/data/image_size: the pictures of kind cifar10 are 32x32, got [32,40]: set it to 32"));
  EXPECT_THAT(cifar(square(32)), IsEmpty());
}

TEST(Validate, WantsAPathWherePicturesAreRead) {
  EXPECT_THAT(faults_after([](Experiment& e) { e.data.kind = DataKind::folder; }),
              ElementsAre(HasSubstr("/data/path: is missing")));
  EXPECT_THAT(faults_after([](Experiment& e) { e.data = {.kind = DataKind::folder, .fallback = Fallback::drawn}; }), IsEmpty());
}

TEST(Validate, WantsLayersToHaveWhatTheyNeed) {
  const LayerConfig conv{.type = LayerType::conv}, residual{.type = LayerType::residual}, activation{.type = LayerType::activation};
  EXPECT_THAT(faults_after([&](Experiment& e) {
                e.model = {.layers = {conv, residual, activation}};
              }),
              ElementsAre("/model/layers/0/filters: a conv layer needs filters, such as 32",
                          "/model/layers/1/layers: a residual layer needs the layers of its branch",
                          "/model/layers/2/activation: an activation layer needs an activation, such as relu"));
  LayerConfig outer{.type = LayerType::residual};
  outer.layers.push_back({.type = LayerType::conv, .filters = 10, .groups = 3});
  EXPECT_THAT(faults_after([&](Experiment& e) { e.model = {.layers = {outer}}; }),
              ElementsAre("/model/layers/0/layers/0/groups: 3 groups do not divide 10 filters"));
}

TEST(Validate, KnowsDevices) {
  const auto faults = [](const std::string& device) { return faults_after([&](Experiment& e) { e.train.device = device; }); };
  for (const char* good : {"auto", "cpu", "cuda", "cuda:0", "cuda:15", "cpu,cuda", "cpu,cuda:0,cuda:1"})
    EXPECT_THAT(faults(good), IsEmpty()) << good;
  for (const char* bad : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cpu,", ",cpu", "cpu, cuda", "CPU", "cuda:0001", "cpu,cpu"})
    EXPECT_THAT(faults(bad), SizeIs(1)) << bad;
}

TEST(Validate, KnowsWhatTrainingKeysNeedOfOthers) {
  EXPECT_THAT(faults_after([](Experiment& e) { e.train.nesterov = true; }), ElementsAre(HasSubstr("/train/nesterov")));
  EXPECT_THAT(faults_after([](Experiment& e) { e.train = {.optimizer = OptimizerKind::sgd, .momentum = 0.9, .nesterov = true}; }),
              IsEmpty());
  EXPECT_THAT(faults_after([](Experiment& e) { e.train = {.graph = GraphMode::on, .profile = Profile::tutorial}; }),
              ElementsAre(HasSubstr("/train/graph")));
  EXPECT_THAT(faults_after([](Experiment& e) { e.train.schedule = ScheduleKind::step; }),
              ElementsAre(HasSubstr("/train/schedule_epochs")));
  EXPECT_THAT(
      faults_after([](Experiment& e) { e.train = {.early_stop_patience = 2, .target_accuracy = 0.9, .validate_every = 0}; }),
      ElementsAre(HasSubstr("/train/early_stop_patience"), HasSubstr("/train/target_accuracy")));
}

TEST(Validate, PicturesOnTheDeviceAreAugmentedThere) {
  EXPECT_THAT(faults_after([](Experiment& e) {
                e.loader.cache = CacheMode::device;
                e.augment.on = AugmentOn::cpu;
              }),
              ElementsAre(HasSubstr("/augment/on")));
  EXPECT_THAT(faults_after([](Experiment& e) { e.loader.cache = CacheMode::device; }), IsEmpty());
}

TEST(Validate, KeepsNamesOutOfOtherFolders) {
  for (const char* bad : {"../x", "a/b", ".hidden", ".."})
    EXPECT_THAT(faults_after([&](Experiment& e) { e.name = bad; }), SizeIs(1)) << bad;
  EXPECT_THAT(faults_after([](Experiment& e) { e.name = std::string(101, 'a'); }), SizeIs(1));
  EXPECT_THAT(faults_after([](Experiment& e) { e.name = "caf\xc3\xa9 2 (b)"; }), IsEmpty());
}

TEST(Validate, AnIntervalIsOfEpochsStepsOrSeconds) {
  const auto with = [](const std::string& value) {
    return faults_of(config_with("\"train\": {\"checkpoint_every\": " + value + "}"));
  };
  for (const char* good : {"\"30 s\"", "\"30s\"", "\"200 steps\"", "\"1 epoch\"", "\"0\"", "3", "0"})
    EXPECT_THAT(with(good), IsEmpty()) << good;
  for (const char* bad : {"\"30 ms\"", "\"\"", "\"-1\"", "\"1.5 epochs\"", "\"epoch\""})
    EXPECT_THAT(with(bad), ElementsAre(HasSubstr("is no interval"))) << bad;
  EXPECT_THAT(with("-1"), ElementsAre(HasSubstr("expected a string, got -1")));
}

TEST(Period, IsRead) {
  EXPECT_EQ(read_interval("30 s"), (Period{30, IntervalUnit::seconds}));
  EXPECT_EQ(read_interval("1 second"), (Period{1, IntervalUnit::seconds}));
  EXPECT_EQ(read_interval("200 steps"), (Period{200, IntervalUnit::steps}));
  EXPECT_EQ(read_interval("1 step"), (Period{1, IntervalUnit::steps}));
  EXPECT_EQ(read_interval("2 epochs"), (Period{2, IntervalUnit::epochs}));
  EXPECT_EQ(read_interval("7"), (Period{7, IntervalUnit::epochs}));
  EXPECT_EQ(read_interval("0"), (Period{0, IntervalUnit::epochs}));
}

TEST(Validate, FaultsOfAFileHaveTheirLines) {
  EXPECT_THAT(faults_of(config_with("\n\"augment\": {\n\"crop\": 100}, \"train\": {\n\"device\": \"gpu\"}")),
              ElementsAre("a.json:4: /augment/crop: 100 is larger than the pictures (data.image_size 64)",
                          HasSubstr("a.json:5: /train/device: 'gpu' is no device")));
  EXPECT_THAT(faults_of("{\n\"data\": {\"kind\": \"drawn\"}}"), ElementsAre(HasSubstr("a.json:1: /model: no network")));
}

TEST(Validate, SaysNothingThatOnlyFollowsFromAnotherFault) {
  EXPECT_THAT(faults_of(R"({"data": {"kind": "drawn"}, "model": {"preset": 3}})"),
              ElementsAre("a.json:1: /model/preset: expected a string, got 3"));
  EXPECT_THAT(faults_of(R"({"data": {"kind": "draw"}, "model": {"preset": "cifar10"}})"),
              ElementsAre(HasSubstr("unknown value 'draw'")));
  EXPECT_THAT(faults_of(R"({"data": {"kind": "drawn"}, "model": {"layers": [{"type": "conf"}]}})"),
              ElementsAre(HasSubstr("unknown value 'conf'")));
}

TEST(Hints, TellWhatHasNoEffect) {
  Hints hints;
  const Overrides idle{.sets = {"model.extra_convs=3", "train.momentum=0.9", "augment.cval=4", "train.schedule_epochs=2"},
                       .environment = {}};
  (void)parse_experiment(config_with(""), "a.json", idle, &hints);
  EXPECT_THAT(hints, ElementsAre(HasSubstr("model.extra_convs"), HasSubstr("train.momentum"), HasSubstr("augment.cval"),
                                 HasSubstr("train.schedule_epochs")));
  hints.clear();
  (void)parse_experiment(config_with(""), "a.json", {}, &hints);
  EXPECT_THAT(hints, IsEmpty());
}

}  // namespace
}  // namespace cnnbench
