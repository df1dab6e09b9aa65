#include <gmock/gmock.h>

#include "loading.hpp"

namespace cnnbench {
namespace {

using testing::config_with;
using ::testing::ElementsAre;
using testing::faults_of;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Experiment with_sets(std::vector<std::string> sets) {
  return parse_experiment(config_with(""), "a.json", {.sets = std::move(sets), .environment = {}});
}
std::vector<std::string> fault_of_set(const std::string& set) {
  return faults_of(config_with(""), {.sets = {set}, .environment = {}});
}

TEST(SetOption, TakesValuesAsShellsGiveThem) {
  EXPECT_EQ(with_sets({"train.epochs=3"}).train.epochs, 3);
  EXPECT_EQ(with_sets({"train.learning_rate=.5"}).train.learning_rate, 0.5);
  EXPECT_EQ(with_sets({"augment.horizontal_flip=true"}).augment.horizontal_flip, true);
  EXPECT_EQ(with_sets({"train.schedule=cosine"}).train.schedule, ScheduleKind::cosine);
  EXPECT_EQ(with_sets({"train.schedule=\"cosine\""}).train.schedule, ScheduleKind::cosine);
  EXPECT_EQ(with_sets({"name=5"}).name, "5");
  EXPECT_EQ(with_sets({"name=null"}).name, "null");
  EXPECT_EQ(with_sets({"data.path=a=b c"}).data.path, "a=b c");
  EXPECT_EQ(with_sets({"augment.brightness=[0.5,1.5]"}).augment.brightness, (Range{0.5, 1.5}));
  EXPECT_EQ(with_sets({"augment.brightness=[0.5,1.5]", "augment.brightness=null"}).augment.brightness, std::nullopt);
  EXPECT_EQ(with_sets({"data.image_size=48"}).data.image_size, square(48));
  EXPECT_EQ(with_sets({"data.image_size=[48,64]"}).data.image_size, (ImageSize{48, 64}));
  EXPECT_EQ(with_sets({"augment.shear_range=20"}).augment.shear_degrees, 20);
  EXPECT_EQ(with_sets({R"(model.layers=[{"type": "flatten"}, {"type": "dense", "units": 1}])"}).model.layers[1].units, 1);
}

TEST(SetOption, TheLastOneWins) { EXPECT_EQ(with_sets({"train.epochs=3", "train.epochs=4"}).train.epochs, 4); }

TEST(SetOption, AnUnknownKeyNamesTheOneMeant) {
  EXPECT_THAT(fault_of_set("loader.batchsize=3"),
              ElementsAre("--set loader.batchsize=3: unknown key 'loader.batchsize' (nearest: 'loader.batch_size')"));
  EXPECT_THAT(fault_of_set("epochs=3"), ElementsAre("--set epochs=3: unknown key 'epochs' (nearest: 'train.epochs')"));
  EXPECT_THAT(fault_of_set("loader.epochs=3"), ElementsAre(HasSubstr("nearest: 'train.epochs'")));
  EXPECT_THAT(fault_of_set("train.lr=0.1"), ElementsAre(HasSubstr("nearest: 'train.learning_rate'")));
  EXPECT_THAT(fault_of_set("lr=0.1"), ElementsAre(HasSubstr("nearest: 'train.learning_rate'")));
  EXPECT_THAT(fault_of_set("train=3"), ElementsAre("--set train=3: 'train' is a section; set a key of it, such as train.device"));
  EXPECT_THAT(fault_of_set("model.layers.0.units=3"), ElementsAre(HasSubstr("'model.layers' is set as a whole")));
  EXPECT_THAT(fault_of_set("=3"), ElementsAre(HasSubstr("unknown key ''")));
  EXPECT_THAT(fault_of_set("train.epochs"), ElementsAre("--set train.epochs: expected KEY=VALUE, such as train.epochs=3"));
}

TEST(SetOption, AWrongValueNamesTheArgument) {
  EXPECT_THAT(fault_of_set("train.epochs=many"),
              ElementsAre("--set train.epochs=many: expected a whole number, got the string 'many'"));
  EXPECT_THAT(fault_of_set("train.epochs="), ElementsAre(HasSubstr("expected a whole number")));
  EXPECT_THAT(fault_of_set("train.epochs=-1"), ElementsAre("--set train.epochs=-1: -1 is out of limits (1 to 1000000)"));
  EXPECT_THAT(fault_of_set("train.learning_rate=nan"), ElementsAre(HasSubstr("expected a finite number")));
  EXPECT_THAT(fault_of_set("train.learning_rate=inf"), ElementsAre(HasSubstr("expected a finite number")));
  EXPECT_THAT(fault_of_set("augment.contrast=[1,"), ElementsAre(StartsWith("--set augment.contrast=[1,: not valid JSON: ")));
  EXPECT_THAT(fault_of_set("data.path=\xff"), ElementsAre(HasSubstr("is not valid UTF-8")));
  EXPECT_THAT(fault_of_set("model.preset=cifar"),
              ElementsAre("--set model.preset=cifar: there is no network 'cifar' (nearest: 'cifar10')"));
}

TEST(Environment, SetsKeysOfSectionsAndLosesToSet) {
  const Overrides both{
      .sets = {"train.epochs=4"},
      .environment = {{"CNNBENCH_TRAIN_EPOCHS", "3"}, {"CNNBENCH_LOADER_BATCH_SIZE", "64"}, {"CNNBENCH_NAME", "7"}}};
  const Experiment e = parse_experiment(config_with(R"("loader": {"batch_size": 8})"), "a.json", both);
  EXPECT_EQ(e.train.epochs, 4);
  EXPECT_EQ(e.loader.batch_size, 64);
  EXPECT_EQ(e.name, "7");
}

TEST(Environment, LeavesOtherVariablesAlone) {
  const Overrides others{.sets = {},
                         .environment = {{"CNNBENCH_TORCH", "/x"},
                                         {"CNNBENCH_SHARED", "y"},
                                         {"CNNBENCH_DATA", "z"},
                                         {"CNNBENCH_TRAIN_EPOCHS", ""},
                                         {"HOME", "/h"}}};
  EXPECT_EQ(parse_experiment(config_with(""), "a.json", others), parse_experiment(config_with(""), "a.json", {}));
}

TEST(Environment, FaultsNameTheVariable) {
  const Overrides bad{.sets = {}, .environment = {{"CNNBENCH_TRAIN_EPOCH", "3"}, {"CNNBENCH_LOADER_WORKERS", "x"}}};
  EXPECT_THAT(faults_of(config_with(""), bad), ElementsAre("CNNBENCH_LOADER_WORKERS: expected a whole number, got the string 'x'",
                                                           "CNNBENCH_TRAIN_EPOCH: unknown key (nearest: 'CNNBENCH_TRAIN_EPOCHS')"));
}

TEST(Faults, OfFileEnvironmentAndSetComeTogether) {
  EXPECT_THAT(faults_of(config_with(R"("loader": {"workers": -1})"), {.sets = {"a=1"}, .environment = {{"CNNBENCH_DATA_X", "1"}}}),
              ElementsAre(StartsWith("--set a=1: "), StartsWith("CNNBENCH_DATA_X: "), StartsWith("a.json:2: /loader/workers: ")));
}

}  // namespace
}  // namespace cnnbench
