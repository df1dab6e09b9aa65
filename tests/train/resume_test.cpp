// A run that is ended anywhere and gone on with is, to the bit, the run that was not.
#include "train/resume.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/results/verify.hpp"
#include "cnnbench/train/api.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using ::testing::HasSubstr;

// Three epochs of six steps, the last of a pass short, and of all that a run keeps something.
Experiment small() {
  Experiment e;
  e.data.kind = DataKind::synthetic;
  e.data.image_size = square(8);
  e.data.limit_train = 22;
  e.data.limit_validation = 6;
  e.augment.horizontal_flip = true;
  e.augment.width_shift = 0.2;
  e.loader.batch_size = 4;
  e.loader.workers = 1;
  e.loader.cache = CacheMode::decoded;
  e.model.layers = {{.type = LayerType::conv, .filters = 4, .kernel = 3, .padding = Padding::same},
                    {.type = LayerType::batch_norm},
                    {.type = LayerType::flatten},
                    {.type = LayerType::dropout, .rate = 0.5},
                    {.type = LayerType::dense, .units = 1}};
  e.train.epochs = 3;
  e.train.convolution = "own";
  e.train.threads = 1;
  e.train.schedule = ScheduleKind::cosine;
  e.train.moving_average = 0.9;
  e.train.early_stop_patience = 2;
  return e;
}

// Asks to stop when it is asked for the n-th time: after each step, and at an epoch's end; 0: never.
RunResult run(const Experiment& e, const fs::path& folder, int n, std::shared_ptr<const SavedState> from = nullptr,
              bool allow_inexact = false) {
  Hooks hooks;
  hooks.run_folder = folder;
  hooks.stop = [n, asked = 0]() mutable { return n > 0 && ++asked >= n ? 2 : 0; };
  hooks.keep_first_losses = from ? 0 : 100;
  hooks.resume = std::move(from);
  hooks.allow_inexact = allow_inexact;
  RunResult result = train(e, open_splits(e.data), "cpu", hooks);
  write_atomic(folder / "result.json", result_text(result));
  return result;
}

std::shared_ptr<const SavedState> newest(const fs::path& folder) {
  return std::make_shared<const SavedState>(read_state(state_files(folder).at(0)));
}

std::string bytes_of(const fs::path& file) { return read_file(file, 1 << 24); }

// All of a run that does not depend on the clock.
Json told(const RunResult& r) {
  Json out{{"stopped", r.stopped},
           {"steady", r.steady.counts},
           {"best_epoch", r.best_epoch},
           {"first_losses", r.first_losses},
           {"epochs", Json::array()}};
  for (const EpochRow& e : r.epochs)
    out["epochs"].push_back({e.epoch, e.accuracy, e.loss, *e.val_accuracy, *e.val_loss, e.learning_rate, e.pictures, e.steps});
  for (const SpeedWindow& w : r.windows) out["windows"].push_back({w.epoch, w.steps, w.pictures});
  return out;
}

void expect_same(const fs::path& folder, const fs::path& whole, const std::string& what) {
  for (const char* name : {"last.safetensors", "best.safetensors"})
    EXPECT_EQ(bytes_of(folder / name), bytes_of(whole / name)) << what;
  const auto a = newest(folder), b = newest(whole);
  ASSERT_EQ(a->tensors.tensors().size(), b->tensors.tensors().size()) << what;
  for (const TensorView& t : b->tensors.tensors()) {
    if (t.name == "run") continue;
    EXPECT_TRUE(std::ranges::equal(t.bytes, a->tensors.at(t.name).bytes)) << what << ": " << t.name;
  }
}

std::vector<std::string> faults_of(const fs::path& folder) {
  std::vector<std::string> out;
  for (const Verified& v : verify(folder)) out.insert(out.end(), v.faults.begin(), v.faults.end());
  return out;
}

TEST(Resume, WhereverItWasEndedTheRunIsTheSame) {
  const test::TemporaryFolder whole;
  const Experiment e = small();
  const RunResult uninterrupted = run(e, whole.path(), 0);
  ASSERT_EQ(uninterrupted.first_losses.size(), 18U);
  int ended = 0;
  for (int n = 1; n < 30; ++n) {
    const test::TemporaryFolder folder;
    const RunResult first = run(e, folder.path(), n);
    if (first.stopped != "signal 2") break;
    ++ended;
    EXPECT_THAT(faults_of(folder.path()), testing::IsEmpty()) << n;
    const RunResult rest = run(e, folder.path(), 0, newest(folder.path()));
    EXPECT_EQ(told(rest), told(uninterrupted)) << n;
    ASSERT_EQ(rest.resumed->size(), 1U);
    EXPECT_THAT(faults_of(folder.path()), testing::IsEmpty()) << n;
    EXPECT_THAT(rest.taints, testing::Contains(testing::StartsWith("resumed in epoch "))) << n;
    expect_same(folder.path(), whole.path(), std::to_string(n));
  }
  EXPECT_GE(ended, 18) << "after each step at least";
}

TEST(Resume, AgainAndAgain) {
  const test::TemporaryFolder whole, folder;
  const Experiment e = small();
  const RunResult uninterrupted = run(e, whole.path(), 0);
  RunResult result = run(e, folder.path(), 1);
  int processes = 1;
  for (; result.stopped == "signal 2"; ++processes) result = run(e, folder.path(), 2, newest(folder.path()));
  EXPECT_GT(processes, 8);
  EXPECT_EQ(static_cast<int>(result.resumed->size()), processes - 1);
  EXPECT_EQ(told(result), told(uninterrupted));
  EXPECT_THAT(faults_of(folder.path()), testing::IsEmpty());
  expect_same(folder.path(), whole.path(), "");
}

TEST(Resume, OfAStateThatNothingFollowsIsTheResult) {
  const test::TemporaryFolder folder;
  const Experiment e = small();
  const RunResult uninterrupted = run(e, folder.path(), 0);
  EXPECT_EQ(told(run(e, folder.path(), 0, newest(folder.path()))), told(uninterrupted));
  EXPECT_THAT(faults_of(folder.path()), testing::IsEmpty());
}

// A hundred seconds of everything, which are in no state but this.
TEST(Resume, WhatWasRecordedBeforeIsPartOfTheResult) {
  const test::TemporaryFolder folder;
  const Experiment e = small();
  run(e, folder.path(), 10);
  auto state = std::make_shared<SavedState>(read_state(state_files(folder.path()).at(0)));
  RunState& s = state->run;
  ASSERT_EQ(s.epoch, 2);
  ASSERT_GT(s.step, 0U);
  s.elapsed += 100;
  s.epoch_seconds.wall += 100;
  s.epoch_seconds.compute += 90;
  s.epoch_seconds.data_wait += 10;
  s.windows_busy += 100;
  s.windows_wait += 10;
  ASSERT_EQ(s.result.windows.back().epoch, 2);
  s.result.windows.back().seconds += 100;
  s.result.windows.back().data_wait += 10;
  s.stages.read += 50;
  s.stages.forward = *s.stages.forward + 80;
  s.epoch_telemetry.seconds += 100;
  s.epoch_telemetry.major_faults = 1000;
  s.result.telemetry.seconds += 100;
  s.result.telemetry.peak_rss_bytes = 1e15;
  s.result.telemetry_series.front().rss_bytes = 1e15;
  s.paused_seconds += 100;
  const RunResult result = run(e, folder.path(), 0, state);
  EXPECT_GT(result.seconds.wall, 100);
  EXPECT_GT(result.epochs.at(1).seconds.compute, 90);
  EXPECT_GT(result.epochs.at(1).seconds.data_wait, 10);
  EXPECT_GT(*result.epochs.at(1).validated_at, 100);
  EXPECT_GT(result.epochs.at(1).telemetry.seconds, 100);
  EXPECT_GE(result.epochs.at(1).telemetry.major_faults.value_or(0), 1000);
  EXPECT_GT(result.stages.read, 50);
  EXPECT_GT(*result.stages.forward, 80);
  EXPECT_GT(result.telemetry.seconds, 100);
  EXPECT_EQ(result.telemetry.peak_rss_bytes, 1e15);
  EXPECT_EQ(result.telemetry_series.front().rss_bytes, 1e15);
  EXPECT_GT(result.telemetry_series.back().seconds, 100);
  EXPECT_GE(result.paused_seconds, 100);
  EXPECT_GT(result.resumed->at(0).at_seconds, 100);
  EXPECT_THAT(faults_of(folder.path()), testing::IsEmpty());
}

// Fields that decide what is computed: without any of them the run is another one, or refused.
TEST(Resume, EveryFieldThatDecidesIsNeeded) {
  const test::TemporaryFolder whole, folder;
  Experiment e = small();
  e.train.epochs = 6;
  const RunResult uninterrupted = run(e, whole.path(), 0);
  // Amid an epoch, after a validation that was not the best.
  RunState s;
  for (int n = 8; n < 40 && !(s.best_val_accuracy && s.validations_since_best > 0 && s.step > 1); ++n) {
    const test::TemporaryFolder tried;
    if (run(e, tried.path(), n).stopped != "signal 2") break;
    fs::copy(tried.path(), folder.path(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    s = newest(folder.path())->run;
  }
  ASSERT_TRUE(s.best_val_accuracy && s.validations_since_best > 0 && s.step > 1) << "else they decide nothing";
  const auto without = [&](auto&& change) {
    auto state = std::make_shared<SavedState>(read_state(state_files(folder.path()).at(0)));
    change(state->run);
    const test::TemporaryFolder other;
    fs::copy_file(folder.path() / "best.safetensors", other.path() / "best.safetensors");
    try {
      return told(run(e, other.path(), 0, state)) == told(uninterrupted) &&
             bytes_of(other.path() / "best.safetensors") == bytes_of(whole.path() / "best.safetensors");
    } catch (const Error&) {
      return false;
    }
  };
  EXPECT_TRUE(without([](RunState&) {}));
  EXPECT_FALSE(without([](RunState& r) { r.epoch = 1; }));
  EXPECT_FALSE(without([](RunState& r) { r.step = 0; }));
  EXPECT_FALSE(without([](RunState& r) { r.steps_per_epoch = 0; }));
  EXPECT_FALSE(without([](RunState& r) { r.best_val_accuracy.reset(); }));
  EXPECT_FALSE(without([](RunState& r) { r.validations_since_best = 0; }));
  EXPECT_FALSE(without([](RunState& r) { r.keep_first_losses = 0; }));
  EXPECT_FALSE(without([](RunState& r) { r.until_steady = true; }));
  EXPECT_FALSE(without([](RunState& r) { r.open_window = {}; }));
  EXPECT_FALSE(without([](RunState& r) { r.result.epochs.clear(); }));
  EXPECT_FALSE(without([](RunState& r) { r.result.windows.clear(); }));
}

TEST(Resume, WhereItWouldNotComputeTheSameItIsRefusedOrSaysSo) {
  const test::TemporaryFolder folder;
  Experiment e = small();
  e.train.early_stop_patience = 0;
  run(e, folder.path(), 8);
  auto state = std::make_shared<SavedState>(read_state(state_files(folder.path()).at(0)));
  state->run.result.threads = 7;
  try {
    run(e, folder.path(), 0, state);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_THAT(error.what(), HasSubstr("would not go on bit for bit: threads: 7 before, 1 now"));
    EXPECT_THAT(error.remedy(), HasSubstr("--allow-inexact"));
  }
  const RunResult result = run(e, folder.path(), 0, state, true);
  EXPECT_EQ(result.stopped, "finished");
  EXPECT_THAT(result.taints, testing::Contains("resumed where it need not compute the same: threads: 7 before, 1 now"));
}

TEST(Resume, AnotherNetworkIsNotTakenForIt) {
  const test::TemporaryFolder folder;
  Experiment e = small();
  run(e, folder.path(), 8);
  const auto fault = [&] {
    try {
      run(e, folder.path(), 0, newest(folder.path()), true);
      return std::string();
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  e.model.layers[0].filters = 5;
  EXPECT_THAT(fault(), HasSubstr("its tensor weights.conv_1.weight does not fit the network"));
  e = small();
  e.train.optimizer = OptimizerKind::sgd;
  EXPECT_THAT(fault(), HasSubstr("holds the tensor adam.first."));
  e = small();
  e.train.steps_per_epoch = 4;
  EXPECT_THAT(fault(), HasSubstr("of an epoch of 6, and now there are 4"));
}

TEST(Resume, WithMoreEpochsAFinishedRunGoesOn) {
  const test::TemporaryFolder folder;
  Experiment e = small();
  e.train.early_stop_patience = 0;
  e.train.schedule = ScheduleKind::none;
  run(e, folder.path(), 0);
  e.train.epochs = 5;
  const RunResult result = run(e, folder.path(), 0, newest(folder.path()), true);
  EXPECT_EQ(result.stopped, "finished");
  EXPECT_EQ(result.epochs.size(), 5U);
}

TEST(Resume, NoStateIsKeptOfWeightsThatAreNoNumbers) {
  const test::TemporaryFolder folder;
  Experiment e = small();
  e.train.optimizer = OptimizerKind::sgd;
  e.train.learning_rate = 1000;
  e.train.epochs = 50;
  e.train.moving_average = 0;
  e.model.layers.erase(e.model.layers.begin() + 1);  // batch norm would hold it
  e.train.checkpoint_every = "1 step";
  try {
    run(e, folder.path(), 0);
  } catch (const Error&) {
  }
  for (const fs::path& file : state_files(folder.path())) {
    const SavedState saved = read_state(file);
    double loss = 0;
    std::memcpy(&loss, saved.tensors.at("totals.loss").bytes.data(), sizeof loss);
    EXPECT_TRUE(std::isfinite(loss));
  }
}

TEST(Resume, TheLastStatesAreKept) {
  const test::TemporaryFolder folder;
  Experiment e = small();
  e.train.keep_checkpoints = 2;
  e.train.early_stop_patience = 0;
  e.train.checkpoint_every = "2 steps";
  run(e, folder.path(), 0);
  const auto files = state_files(folder.path());
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(read_state(files[0]).run.epoch, 4);
  EXPECT_LE(read_state(files[1]).run.epoch, 3);
  const RunResult again = run(e, folder.path(), 0, std::make_shared<const SavedState>(read_state(files[1])));
  EXPECT_EQ(again.stopped, "finished");
}

TEST(Resume, NothingIsKeptOnTheWayWhereNothingIsAskedFor) {
  const test::TemporaryFolder folder, ended;
  Experiment e = small();
  e.train.checkpoint_every = "0";
  run(e, folder.path(), 0);
  EXPECT_TRUE(state_files(folder.path()).empty());
  EXPECT_TRUE(fs::exists(folder.path() / "last.safetensors"));
  run(e, ended.path(), 8);
  EXPECT_EQ(state_files(ended.path()).size(), 1U) << "but where a signal ends it";
}

}  // namespace
}  // namespace cnnbench
