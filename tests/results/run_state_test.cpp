#include "cnnbench/results/run_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// No member as it is by default.
RunState example() {
  RunState s{
      .epoch = 3, .step = 5, .steps_per_epoch = 9, .best_val_accuracy = 0.7, .validations_since_best = 2, .until_steady = true};
  s.keep_first_losses = 4;
  s.elapsed = 12.5;
  s.paused_seconds = 1.25;
  s.epoch_seconds = {.wall = 3, .data_wait = 1, .compute = 2};
  s.epoch_telemetry = {.seconds = 3, .machine_cpu_pct = 80};
  s.open_window = {.epoch = 3, .steps = 1, .pictures = 8};
  s.windows_busy = 2.5;
  s.windows_wait = 0.5;
  s.stages = {.read = 3, .forward = 4};
  s.first_epoch_stages = {.read = 1, .forward = 2};
  s.last_epoch_stages = {.read = 2, .forward = 3};
  s.files = {{"log.txt", 100}, {"tensorboard/train/events", 2000}};
  s.result.experiment.name = "catdog";
  s.result.device = "cpu";
  s.result.epochs.push_back({.epoch = 1, .loss = 0.1 + 0.2});
  s.result.windows.push_back({.epoch = 1, .steps = 9});
  return s;
}

TEST(RunState, ComesBackAsItWas) {
  const Json json = to_json(example());
  const RunState again = run_state_from_json(Json::parse(json.dump()), "a");
  EXPECT_EQ(to_json(again), json);
  EXPECT_EQ(again.result.epochs.at(0).loss, 0.1 + 0.2) << "to the last bit";
}

TEST(RunState, ExampleLeavesNothingAtItsDefault) {
  const Json json = to_json(example()), defaults = to_json(RunState{});
  for (const auto& [key, value] : json.items()) {
    if (key != "schema_version") {
      EXPECT_NE(value, defaults[key]) << key;
    }
  }
}

TEST(RunState, WhatIsMissingIsNamed) {
  const Json whole = to_json(example());
  for (const auto& [key, value] : whole.items()) {
    Json json = whole;
    json.erase(key);
    try {
      run_state_from_json(json, "a");
      FAIL() << key;
    } catch (const Error& e) {
      EXPECT_THAT(e.what(), HasSubstr("a: /" + key + ": missing"));
    }
  }
}

TEST(RunState, OfAnotherVersionIsRefusedWithARemedy) {
  Json json = to_json(example());
  json["schema_version"] = 1000;
  try {
    run_state_from_json(json, "a");
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("a: /schema_version: is 1000, and this program reads "));
    EXPECT_THAT(e.remedy(), HasSubstr("start the run again"));
  }
}

RunResult run() {
  RunResult r;
  r.device = "cpu";
  r.device_name = "Xeon";
  r.threads = 2;
  r.libtorch = "2.11.0";
  r.precision = "float32";
  r.convolution = "own";
  r.augment_on = "cpu";
  r.config_hash = r.data_hash = "a";
  r.binary_hash = "a";
  r.machine = {{"cpu_flags", {"avx2"}}};
  r.software = {{"environment", {{"ATEN_CPU_CAPABILITY", nullptr}}}};
  return r;
}

TEST(Differences, AreNoneBetweenTheSame) { EXPECT_THAT(differences(run(), run()), ElementsAre()); }

TEST(Differences, EachIsNamedAlone) {
  const auto after = [](auto&& change) {
    RunResult now = run();
    change(now);
    return differences(run(), now);
  };
  EXPECT_THAT(after([](RunResult& r) { r.threads = 1; }), ElementsAre("threads: 2 before, 1 now"));
  EXPECT_THAT(after([](RunResult& r) { r.device = "cuda:0"; }), ElementsAre("device: cpu before, cuda:0 now"));
  EXPECT_THAT(after([](RunResult& r) { r.device_name = "EPYC"; }), ElementsAre("processor or GPU: Xeon before, EPYC now"));
  EXPECT_THAT(after([](RunResult& r) { r.libtorch = "2.12.0"; }), ElementsAre("libtorch: 2.11.0 before, 2.12.0 now"));
  EXPECT_THAT(after([](RunResult& r) { r.precision = "bfloat16"; }), ElementsAre("precision: float32 before, bfloat16 now"));
  EXPECT_THAT(after([](RunResult& r) { r.convolution = "library"; }), ElementsAre("convolution: own before, library now"));
  EXPECT_THAT(after([](RunResult& r) { r.augment_on = "device"; }), ElementsAre("augmentation: cpu before, device now"));
  EXPECT_THAT(after([](RunResult& r) { r.config_hash = "b"; }), ElementsAre("the config is another one"));
  EXPECT_THAT(after([](RunResult& r) { r.data_hash = "b"; }), ElementsAre("the data set is another one"));
  EXPECT_THAT(after([](RunResult& r) { r.binary_hash = "b"; }), ElementsAre("this build of cnnbench is another one"));
  EXPECT_THAT(after([](RunResult& r) {
                r.machine["cpu_flags"] = {"avx2", "avx512f"};
              }),
              ElementsAre("the processor's instruction set is another one"));
  EXPECT_THAT(after([](RunResult& r) { r.software["environment"]["ATEN_CPU_CAPABILITY"] = "avx2"; }),
              ElementsAre("ATEN_CPU_CAPABILITY: none before, avx2 now"));
}

TEST(Differences, NotOfWhatComputesTheSame) {
  RunResult now = run();
  now.workers = 7;
  now.cache = "encoded";
  now.test_time = "another";
  EXPECT_THAT(differences(run(), now), ElementsAre());
}

}  // namespace
}  // namespace cnnbench
