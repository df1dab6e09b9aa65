#include <fmt/format.h>
#include <gmock/gmock.h>

#include "loading.hpp"

namespace cnnbench {
namespace {

using ::testing::AllOf;
using testing::config_with;
using ::testing::ElementsAre;
using testing::faults_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ConfigReading, LeavesDefaultsWhereNothingIsGiven) {
  Experiment expected;
  expected.name = "mine";
  expected.data.kind = DataKind::drawn;
  expected.model.preset = "catdog_original";
  EXPECT_EQ(parse_experiment(config_with(""), "mine.json", {}), expected);
}

TEST(ConfigReading, ReadsEveryKindOfValue) {
  const Experiment e = parse_experiment(config_with(R"("name": "n",
    "augment": {"contrast": [0.2, 1.8], "brightness": null, "horizontal_flip": true, "zoom": 0.25},
    "train": {"seed": 18446744073709551615, "schedule": "cosine", "epochs": 2.0, "device": "cpu,cuda:1"})"),
                                        "a.json", {});
  EXPECT_EQ(e.name, "n");
  EXPECT_EQ(e.augment.contrast, (Range{0.2, 1.8}));
  EXPECT_EQ(e.augment.brightness, std::nullopt);
  EXPECT_TRUE(e.augment.horizontal_flip);
  EXPECT_EQ(e.augment.zoom, 0.25);
  EXPECT_EQ(e.train.seed, 18446744073709551615u);
  EXPECT_EQ(e.train.schedule, ScheduleKind::cosine);
  EXPECT_EQ(e.train.epochs, 2);
  EXPECT_EQ(e.train.device, "cpu,cuda:1");
}

TEST(ConfigReading, NamesFileLinePointerAndNearestOfAnUnknownKey) {
  EXPECT_THAT(faults_of(config_with("\"loader\": {\n  \"worker\": 4\n}")),
              ElementsAre("a.json:3: /loader/worker: unknown key 'worker' (nearest: 'workers')"));
}

TEST(ConfigReading, PointsToTheSectionAKeyBelongsTo) {
  EXPECT_THAT(faults_of(config_with("\"train\": {\"batch_size\": 4},\n\"epochs\": 3")),
              ElementsAre("a.json:2: /train/batch_size: unknown key 'batch_size' (nearest: 'loader.batch_size')",
                          "a.json:3: /epochs: unknown key 'epochs' (nearest: 'train.epochs')"));
}

TEST(ConfigReading, ListsTheKeysWhenNoneIsNear) {
  EXPECT_THAT(
      faults_of(config_with(R"("loader": {"xyzzy": 4})")),
      ElementsAre("a.json:2: /loader/xyzzy: unknown key 'xyzzy' (one of workers, batch_size, max_queue_size, cache, shuffle)"));
}

TEST(ConfigReading, RefusesWrongTypes) {
  EXPECT_THAT(
      faults_of(config_with(R"("loader": {
    "workers": "4",
    "batch_size": 2.5,
    "shuffle": 1,
    "cache": true}, "augment": {
    "contrast": [1],
    "brightness": [1, null],
    "zoom": null},
    "train": [],
    "name": 7)")),
      ElementsAre("a.json:3: /loader/workers: expected a whole number, got the string '4': without the quotes: 4",
                  "a.json:4: /loader/batch_size: expected a whole number, got 2.5",
                  "a.json:5: /loader/shuffle: expected true or false, got 1",
                  "a.json:6: /loader/cache: expected one of auto, none, encoded, decoded, device, got true",
                  "a.json:7: /augment/contrast: expected [low, high], got an array of 1",
                  "a.json:8: /augment/brightness/1: expected a number, got null",
                  "a.json:9: /augment/zoom: expected a number, got null",
                  "a.json:10: /train: expected an object, got an array of 0", "a.json:11: /name: expected a string, got 7"));
}

TEST(ConfigReading, SaysTheLimits) {
  EXPECT_THAT(faults_of(config_with(R"("loader": {"workers": 1025},
    "augment": {"zoom": -0.1, "contrast": [0, 101]},
    "train": {"seed": -1,
    "epochs": 4294967296})")),
              ElementsAre("a.json:2: /loader/workers: 1025 is out of limits (0 to 1024)",
                          "a.json:3: /augment/zoom: -0.1 is out of limits (0 to 0.99)",
                          "a.json:3: /augment/contrast/1: 101 is out of limits (0 to 100)",
                          "a.json:4: /train/seed: -1 is out of limits (0 to 18446744073709551615)",
                          "a.json:5: /train/epochs: 4294967296 is out of limits (1 to 1000000)"));
}

TEST(ConfigReading, AcceptsBothEndsOfTheLimits) {
  EXPECT_THAT(faults_of(config_with(R"("loader": {"workers": 1024, "batch_size": 1}, "augment": {"zoom": 0.99, "crop": 0})")),
              IsEmpty());
}

TEST(ConfigReading, RefusesAnIntegerThatItsNotationHasRounded) {
  // 2^63 + 1 as a double is 2^63.
  EXPECT_THAT(faults_of(config_with(R"("train": {"seed": 9.223372036854775809e18})")),
              ElementsAre(HasSubstr("too large for exact")));
  EXPECT_EQ(parse_experiment(config_with(R"("train": {"seed": 9223372036854775809})"), "a.json", {}).train.seed,
            9223372036854775809u);
}

TEST(ConfigReading, RefusesUnknownWords) {
  EXPECT_THAT(
      faults_of(config_with("\"loader\": {\"cache\": \"encded\"},\n\"train\": {\"optimizer\": \"lion\"}")),
      ElementsAre(
          "a.json:2: /loader/cache: unknown value 'encded' (nearest: 'encoded'; one of auto, none, encoded, decoded, device)",
          "a.json:3: /train/optimizer: unknown value 'lion' (one of adam, sgd)"));
}

TEST(ConfigReading, RefusesControlCharacters) {
  EXPECT_THAT(faults_of(config_with("\"name\": \"a\\u0000b\"")),
              ElementsAre("a.json:2: /name: 'a\\x00b' holds a control character"));
}

TEST(ConfigReading, ShowsAHostileKeyShortAndPrintable) {
  const auto faults = faults_of(config_with("\"" + std::string(100000, 'k') + "\": 1"));
  ASSERT_THAT(faults, SizeIs(1));
  EXPECT_LT(faults[0].size(), 300u);
  EXPECT_THAT(faults_of(config_with("\"x\\u001b[31m/~\": 1")),
              ElementsAre(HasSubstr("/x\\x1b[31m~1~0: unknown key 'x\\x1b[31m/~' (one of")));
}

TEST(ConfigReading, CountsWhatItDoesNotList) {
  std::string many = "\"loader\": {\"q0\": 1";
  for (int i = 1; i < 130; ++i) many += ", \"q" + std::to_string(i) + "\": 1";
  const auto faults = faults_of(config_with(many + "}"));
  EXPECT_THAT(faults, SizeIs(101));
  EXPECT_EQ(faults.back(), "... and 30 more faults");
}

TEST(LayerReading, WantsATypeAndOnlyItsKeys) {
  EXPECT_THAT(
      faults_of(R"({"data": {"kind": "drawn"}, "model": {"layers": [
    {"filters": 3},
    {"type": "pool", "kernel": 2},
    {"type": "dropout", "units": 2},
    {"type": "flatten", "rate": 0.1},
    {"type": "conv", "filters": 8, "kernel_size": 3},
    {"type": "dens"},
    {"type": "residual", "layers": [{"type": "dense", "filters": 9}]}]}})"),
      ElementsAre(HasSubstr("a.json:2: /model/layers/0: a layer needs a type (one of conv, pool,"),
                  "a.json:3: /model/layers/1/kernel: key 'kernel' means nothing in a pool layer (nearest: 'size')",
                  "a.json:4: /model/layers/2/units: key 'units' means nothing in a dropout layer (it takes rate)",
                  "a.json:5: /model/layers/3/rate: key 'rate' means nothing in a flatten layer (it takes none)",
                  "a.json:6: /model/layers/4/kernel_size: unknown key 'kernel_size' (nearest: 'kernel')",
                  HasSubstr("a.json:7: /model/layers/5/type: unknown value 'dens' (nearest: 'dense'; one of conv,"),
                  "a.json:8: /model/layers/6/layers/0/filters: key 'filters' means nothing in a dense layer (nearest: 'units')"));
}

TEST(KerasNames, MeanOurKeys) {
  const Experiment e = parse_experiment(config_with(R"("augment": {"rotation_range": 40, "width_shift_range": 0.1,
    "height_shift_range": 0.2, "shear_range": 10, "zoom_range": 0.3, "channel_shift_range": 9, "brightness_range": [0.5, 1.5]})"),
                                        "a.json", {});
  AugmentConfig expected{.rotation_degrees = 40, .width_shift = 0.1, .height_shift = 0.2, .shear_degrees = 10, .zoom = 0.3};
  expected.channel_shift = 9;
  expected.brightness = Range{0.5, 1.5};
  EXPECT_EQ(e.augment, expected);
}

TEST(KerasNames, ThatHaveNoKeyHereAreRefusedWithWhatToWriteInstead) {
  EXPECT_THAT(faults_of(config_with(R"("augment": {"featurewise_center": true})")),
              ElementsAre(HasSubstr("unknown key 'featurewise_center' (write the means: augment.channel_mean=[r, g, b]; 'cnnbench data stats' "
                                    "computes them)")));
  for (const char* argument : {"featurewise_std_normalization", "zca_whitening", "zca_epsilon", "preprocessing_function",
                               "interpolation_order", "data_format", "dtype"}) {
    EXPECT_THAT(faults_of(config_with(fmt::format(R"("augment": {{"{}": 1}})", argument))),
                ElementsAre(AllOf(::testing::ContainsRegex(fmt::format("unknown key '{}' \\((write|left out)", argument)),
                                  ::testing::Not(HasSubstr("nearest")))));
  }
  EXPECT_THAT(faults_of(config_with(""), {.sets = {"augment.zca_whitening=true"}, .environment = {}}),
              ElementsAre(HasSubstr("unknown key 'augment.zca_whitening' (left out: a matrix of all values")));
}

TEST(Normalization, TakesThreeNumbersAndExcludesStandardize) {
  const Experiment e = parse_experiment(
      config_with(R"("augment": {"channel_mean": [0.5, 0.25, 0], "channel_std": null, "samplewise_center": true})"), "a.json", {});
  EXPECT_EQ(e.augment.channel_mean, (PerChannel{0.5, 0.25, 0}));
  EXPECT_EQ(e.augment.channel_std, std::nullopt);
  EXPECT_TRUE(e.augment.samplewise_center);
  EXPECT_THAT(faults_of(config_with(R"("augment": {"channel_mean": [1, 2]})")), ElementsAre(HasSubstr("expected [red, green, blue], got an array of 2")));
  EXPECT_THAT(faults_of(config_with(R"("augment": {"standardize": true, "samplewise_center": true})")),
              ElementsAre(AllOf(HasSubstr("/augment/samplewise_center"), HasSubstr("leave one of them out"))));
}

// What was recorded before there were two backends was warped by the one that there was.
TEST(Backend, OfAnOlderDocumentIsFused) {
  nlohmann::json document = to_json(Experiment{});
  EXPECT_EQ(experiment_from_json(document).augment.backend, AugmentBackend::opencv);
  document["augment"].erase("backend");
  EXPECT_EQ(experiment_from_json(document).augment.backend, AugmentBackend::fused);
}

TEST(KerasNames, AreNotGivenTogetherWithOurs) {
  EXPECT_THAT(faults_of(config_with("\"augment\": {\"zoom\": 0.2,\n\"zoom_range\": 0.2}")),
              ElementsAre("a.json:3: /augment/zoom_range: 'zoom_range' is Keras' name of 'zoom', which is given too"));
}

TEST(KerasNames, AreShownAsTheyWereWritten) {
  EXPECT_THAT(faults_of(config_with(R"("augment": {"zoom_range": [0.8, 1.2]})")),
              ElementsAre("a.json:2: /augment/zoom_range: expected a number, got an array of 2: Keras' [0.8, 1.2] is 0.2 here: \"zoom\": 0.2"));
}

TEST(KerasNames, ShearBelowOneGivesAHintAboutRadians) {
  const auto hints_of = [](const std::string& augment) {
    Hints hints;
    (void)parse_experiment(config_with("\"augment\": {" + augment + "}"), "a.json", {}, &hints);
    return hints;
  };
  EXPECT_THAT(hints_of("\"shear_range\": 0.2"),
              ElementsAre(AllOf(HasSubstr("a.json:2: shear_range 0.2"), HasSubstr("\"shear_degrees\": 11.5"))));
  EXPECT_THAT(hints_of("\"shear_range\": 0"), IsEmpty());
  EXPECT_THAT(hints_of("\"shear_range\": 1"), IsEmpty());
  EXPECT_THAT(hints_of("\"shear_degrees\": 0.2"), IsEmpty());
}

}  // namespace
}  // namespace cnnbench
