#include "cnnbench/results/verify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>

#include "cnnbench/config/load.hpp"
#include "cnnbench/config/schedule.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/model/plan.hpp"
#include "cnnbench/pipeline/placement.hpp"
#include "cnnbench/results/row.hpp"
#include "cnnbench/results/run_result.hpp"
#include "results/checksum.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Three epochs of 2,000 pictures in 63 steps; the first windows of the second are half as fast.
RunResult measured() {
  RunResult r;
  stamp(r);
  Experiment& e = r.experiment;
  e.name = "catdog";
  e.model.preset = "catdog_original";
  e.data.image_size = square(64);
  e.loader.batch_size = 32;
  e.train.epochs = 3;
  e.train.target_accuracy = 0.72;
  r.device = "cpu";
  r.device_name = r.machine["cpu_info"].is_string() ? r.machine["cpu_info"].get<std::string>() : "CPU";
  r.precision = "float32";
  r.cache = "none";
  r.augment_on = "cpu";
  const Placement place = place_threads(e.train, e.loader, false, r.machine["cpus_usable"], CacheMode::none);
  r.threads = place.compute_threads;
  r.workers = place.workers;
  r.data_source = "folder";
  r.class_names = {"cat", "dog"};
  r.train_pictures = 2000;
  r.validation_pictures = 100;
  const Plan plan = plan_network(e.model, {64, 64}, 2);
  r.n_params = plan.parameters();
  r.flops_per_image = plan.flops();
  r.seconds.setup = 1;
  double now = r.seconds.setup;
  for (int i = 1; i <= 3; ++i) {
    EpochRow row{.epoch = i,
                 .accuracy = 0.5,
                 .loss = 0.7,
                 .val_accuracy = i == 2 ? 0.75 : 0.7,
                 .val_loss = 0.6,
                 .learning_rate = scheduled_rate(e, i - 1 + 62.0 / 63),
                 .pictures = 2000,
                 .steps = 63};
    const double busy = i == 2 ? 6.6 : 5.5;
    row.seconds = {.wall = busy + 1, .data_wait = 1.0 / i, .compute = busy - 1.0 / i, .evaluate = 0.75, .checkpoint = 0.25};
    row.validated_at = now + busy + 0.75;
    now += busy + 1;
    row.telemetry = {.seconds = busy, .other_cpu_pct = i == 2 ? 12 : 1};
    row.telemetry.cpu_energy_j = 100.0 * i;
    summarize(row, r);
    r.epochs.push_back(row);
    double left = busy;
    for (int w = 0; w < 20; ++w) {
      const std::uint64_t steps = w < 3 ? 4 : 3;
      const double seconds = w == 19 ? left : (i == 2 && w < 4 ? 0.55 : 0.275) + 0.001 * static_cast<double>(w * 7 % 5 - 2);
      r.windows.push_back({.epoch = i, .steps = steps, .pictures = 100, .seconds = seconds, .data_wait = 1.0 / i / 20});
      left -= seconds;
    }
  }
  r.seconds.wall = now;
  r.stopped = "finished";
  r.config_hash = config_hash(e);
  summarize(r);
  add_energy(r, counted_epochs(r), "");
  const double waited = r.epochs[1].seconds.data_wait + r.epochs[2].seconds.data_wait;
  r.stages = {.read = 0.5, .decode = 2, .augment = 1, .loader_pictures = 4032, .loader_cpu = 3, .queue_wait = waited};
  r.stages.copy = 0.1, r.stages.forward = 4, r.stages.backward = 6, r.stages.optimizer = 0.5;
  r.stages.evaluate = r.epochs[1].seconds.evaluate + r.epochs[2].seconds.evaluate;
  r.telemetry_series = {{.seconds = 0}, {.seconds = 0.25, .machine_cpu_pct = 80}};
  r.verdict = judge(speed_figures(r), speed_settings(r));
  r.taints = taints_of(r);
  return r;
}

class Verify : public ::testing::Test {
 protected:
  const test::TemporaryFolder temporary;
  const fs::path& folder = temporary.path();
  fs::path written(const std::string& name, const std::string& text) const { return temporary.put(name, text); }
  std::vector<std::string> faults_of(const fs::path& path) const {
    std::vector<std::string> all;
    for (const Verified& v : verify(path)) all.insert(all.end(), v.faults.begin(), v.faults.end());
    return all;
  }
};

TEST_F(Verify, ASoundRunIsSound) {
  const RunResult r = measured();
  written("result.json", result_text(r));
  written("epochs.csv", epochs_csv(r.epochs));
  EXPECT_THAT(faults_of(folder), IsEmpty());
  EXPECT_THAT(verify(folder).at(0).headline, HasSubstr("from 2 of 3 epochs"));
}

// One digit after another, everywhere in the file.
TEST_F(Verify, AnyChangedDigitIsFound) {
  const std::string text = result_text(measured());
  int changed = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!std::isdigit(static_cast<unsigned char>(text[i]))) continue;
    if (text.size() > 6000 && i % 3 != 0 && i > 3000) continue;  // the machine's record is long
    std::string other = text;
    other[i] = other[i] == '7' ? '3' : '7';
    ++changed;
    EXPECT_FALSE(faults_of(written("result.json", other)).empty()) << text.substr(i < 40 ? 0 : i - 40, 60);
  }
  EXPECT_GT(changed, 200);
}

// Whoever changes a figure and mends the checksum is found by what was measured.
TEST_F(Verify, FiguresFollowFromTheEpochs) {
  const auto with = [&](const std::function<void(RunResult&)>& change) {
    RunResult r = measured();
    change(r);
    return faults_of(written("result.json", result_text(r)));
  };
  EXPECT_THAT(with([](RunResult&) {}), IsEmpty());
  EXPECT_THAT(with([](RunResult& r) { r.images_per_second *= 1.01; }), Contains(HasSubstr("/images_per_second: says")));
  EXPECT_THAT(with([](RunResult& r) { r.epochs[1].images_per_second += 1; }), Contains(HasSubstr("/epochs/1/images_per_second")));
  EXPECT_THAT(with([](RunResult& r) { r.epochs[1].seconds.compute -= 0.5; }), Contains(HasSubstr("unexplained")));
  EXPECT_THAT(with([](RunResult& r) { r.best_val_accuracy = 0.8; }), Contains(HasSubstr("/best_val_accuracy")));
  EXPECT_THAT(with([](RunResult& r) { r.images_per_j = 100; }), Contains(HasSubstr("/images_per_j")));
  EXPECT_THAT(with([](RunResult& r) { r.verdict.bound = Bound::input; }), Contains(HasSubstr("/verdict/bound")));
  EXPECT_THAT(with([](RunResult& r) { r.verdict.text = "fine"; }), Contains(HasSubstr("/verdict/text")));
  EXPECT_THAT(with([](RunResult& r) { r.verdict.text += ",000"; }), Contains(HasSubstr("/verdict/text")));
  EXPECT_THAT(with([](RunResult& r) { r.verdict.loader_ips *= 2; }), Contains(HasSubstr("/verdict/loader_ips")));
  EXPECT_THAT(with([](RunResult& r) { r.experiment.train.epochs = 9; }), Contains(HasSubstr("/config_hash")));
  EXPECT_THAT(with([](RunResult& r) { r.seconds.evaluate = 0; }), Contains(HasSubstr("/seconds/evaluate")));
}

// The same for what follows from telemetry, stages, config and machine: each of these was passed once.
TEST_F(Verify, WhatIsSaidOfARunFollowsFromItToo) {
  const auto with = [&](const std::function<void(RunResult&)>& change) {
    RunResult r = measured();
    change(r);
    return faults_of(written("result.json", result_text(r)));
  };
  ASSERT_THAT(measured().taints, Contains(HasSubstr("other processes used 12 % of the cores")));
  EXPECT_THAT(with([](RunResult& r) { r.taints.clear(); }), Contains(HasSubstr("/taints")));
  EXPECT_THAT(with([](RunResult& r) { r.verdict.loader_ips *= 2; }), Contains(HasSubstr("/verdict/")));
  EXPECT_THAT(with([](RunResult& r) { r.verdict.text += ",000"; }), Contains(HasSubstr("/verdict/text")));
  EXPECT_THAT(with([](RunResult& r) { r.stages.queue_wait = 0; }), Contains(HasSubstr("/stages/queue_wait")));
  EXPECT_THAT(with([](RunResult& r) { r.stages.evaluate = 0; }), Contains(HasSubstr("/stages/evaluate")));
  EXPECT_THAT(with([](RunResult& r) { r.stages.decode *= 2; }), Contains(HasSubstr("/verdict")));
  EXPECT_THAT(with([](RunResult& r) { r.stages.backward = 60; }), Contains(HasSubstr("/stages: the step's take")));
  EXPECT_THAT(with([](RunResult& r) { r.seconds_to_target = 3; }), Contains(HasSubstr("/seconds_to_target: says 3")));
  EXPECT_THAT(with([](RunResult& r) { r.epochs[1].validated_at = 3; }), Contains(HasSubstr("/epochs/1/validated_at")));
  EXPECT_THAT(with([](RunResult& r) { r.flops_per_image *= 2; }), Contains(HasSubstr("/flops_per_image")));
  EXPECT_THAT(with([](RunResult& r) { r.n_params += 1; }), Contains(HasSubstr("/n_params")));
  EXPECT_THAT(with([](RunResult& r) { r.device_name = "a faster one"; }), Contains(HasSubstr("/device_name")));
  EXPECT_THAT(with([](RunResult& r) { r.threads += 1; }), Contains(HasSubstr("/threads")));
  EXPECT_THAT(with([](RunResult& r) { r.workers += 1; }), Contains(HasSubstr("/workers")));
  EXPECT_THAT(with([](RunResult& r) { r.augment_on = "device"; }), Contains(HasSubstr("/augment_on")));
  EXPECT_THAT(with([](RunResult& r) { r.graph = true; }), Contains(HasSubstr("/graph")));
  EXPECT_THAT(with([](RunResult& r) { r.stopped = "early stop"; }), Contains(HasSubstr("/stopped")));
  EXPECT_THAT(with([](RunResult& r) { r.train_pictures = 4000; }), Contains(HasSubstr("/steps: says 63, an epoch has 125")));
  EXPECT_THAT(with([](RunResult& r) { r.epochs[0].accuracy = 0.50001; }), Contains(HasSubstr("is no whole number of them")));
  EXPECT_THAT(with([](RunResult& r) { r.epochs[0].learning_rate *= 2; }), Contains(HasSubstr("/epochs/0/learning_rate")));
}

TEST_F(Verify, ANetworkThatItDoesNotKnowIsNotVerifiable) {
  RunResult r = measured();
  r.experiment.model.preset = "of_another_version";
  r.config_hash = config_hash(r.experiment);
  r.n_params = 7;
  const Verified v = verify(written("result.json", result_text(r))).at(0);
  EXPECT_THAT(v.faults, IsEmpty());
  EXPECT_THAT(v.not_verifiable, Contains("/n_params"));
  EXPECT_THAT(verify(written("result.json", result_text(measured()))).at(0).not_verifiable, ::testing::Not(Contains("/n_params")));
}

TEST_F(Verify, ARunThatASignalCutIsSound) {
  RunResult r = measured();
  r.stopped = "signal 2";
  r.experiment.train.epochs = 25;
  r.config_hash = config_hash(r.experiment);
  EpochRow& last = r.epochs.back();
  last.steps = 4;
  last.pictures = 128;
  last.accuracy = 0.5;
  last.learning_rate = scheduled_rate(r.experiment, 2 + 3.0 / 63);
  last.seconds.wall -= last.seconds.compute - 0.4;
  r.seconds.wall -= last.seconds.compute - 0.4;
  *last.validated_at -= last.seconds.compute - 0.4;
  last.seconds.compute = 0.4;
  summarize(last, r);
  r.windows.resize(41);
  r.windows.back() = {
      .epoch = 3, .steps = 4, .pictures = 128, .seconds = last.seconds.data_wait + 0.4, .data_wait = last.seconds.data_wait};
  summarize(r);
  r.energy_method.reset(), r.energy_j.reset(), r.images_per_j.reset();
  add_energy(r, counted_epochs(r), "");
  r.stages.backward = 1.5;
  r.verdict = judge(speed_figures(r), speed_settings(r));
  r.taints = taints_of(r);
  EXPECT_THAT(faults_of(written("result.json", result_text(r))), IsEmpty());
}

TEST_F(Verify, ResultsOfTheVersionBeforeAreReadWithoutWhatCameLater) {
  Json old = to_json(measured());
  old["schema_version"] = 1;
  for (const char* key : {"traced", "tf32"}) old.erase(key);
  old["stages"].erase("pictures");
  for (Json& epoch : old["epochs"]) epoch.erase("validated_at");
  old = with_checksum(old);
  const Verified v = verify(written("result.json", old.dump(2) + "\n")).at(0);
  EXPECT_THAT(v.faults, IsEmpty());
  EXPECT_THAT(v.not_verifiable, Contains("/verdict"));
  old["images_per_second"] = 1;
  EXPECT_THAT(faults_of(written("result.json", with_checksum(old).dump(2) + "\n")), Contains(HasSubstr("/images_per_second")));
}

TEST_F(Verify, AnEpochsWindowsAddUpToIt) {
  const auto with = [&](const std::function<void(RunResult&)>& change) {
    RunResult r = measured();
    change(r);
    return faults_of(written("result.json", result_text(r)));
  };
  const auto of_second = Contains(HasSubstr("/windows: those of epoch 2 do not add up to it"));
  EXPECT_THAT(with([](RunResult& r) { r.windows[25].seconds += 0.01; }), of_second);
  EXPECT_THAT(with([](RunResult& r) { r.windows[25].data_wait = 0; }), of_second);
  EXPECT_THAT(with([](RunResult& r) { r.windows[25].pictures += 1; }), of_second);
  EXPECT_THAT(with([](RunResult& r) { r.windows.erase(r.windows.begin() + 25); }), of_second);
  EXPECT_THAT(with([](RunResult& r) { r.windows.push_back({.epoch = 4}); }), Contains(HasSubstr("of epochs that are not there")));
}

TEST_F(Verify, WhereTheSpeedSettledFollowsFromTheWindows) {
  RunResult r = measured();
  r.steady.counts = true;
  summarize(r);
  r.verdict = judge(speed_figures(r), speed_settings(r));
  EXPECT_EQ(r.steady.state, Settling::steady);
  EXPECT_THAT(faults_of(written("result.json", result_text(r))), IsEmpty());
  EXPECT_THAT(verify(folder).at(0).headline, HasSubstr("from 36 of 60 windows"));
  RunResult moved = r;
  moved.steady.from_window = 20;
  EXPECT_THAT(faults_of(written("result.json", result_text(moved))), Contains(HasSubstr("/steady/from_window: says 20")));
  r.steady.state = Settling::changing;
  EXPECT_THAT(faults_of(written("result.json", result_text(r))), Contains(HasSubstr("/steady/state")));
}

TEST_F(Verify, EpochsCsvMustAgree) {
  RunResult r = measured();
  written("result.json", result_text(r));
  r.epochs[0].loss = 0.1;
  written("epochs.csv", epochs_csv(r.epochs));
  EXPECT_THAT(faults_of(folder), Contains(HasSubstr("epochs.csv")));
}

TEST_F(Verify, WhatIsDamagedIsAFaultAndWhatIsMissingAnError) {
  const std::string text = result_text(measured());
  EXPECT_THAT(faults_of(written("result.json", text.substr(0, 500))), Contains(HasSubstr("no JSON")));
  EXPECT_THAT(faults_of(written("result.json", "{}\n")), Contains(HasSubstr("checksum: missing")));
  EXPECT_THAT(faults_of(written("result.json", "[]\n")), Contains(HasSubstr("checksum: missing")));
  EXPECT_THROW(verify(folder / "nowhere"), Error);
  EXPECT_THAT(faults_of(written("rows.csv", "a,b\n")), Contains(HasSubstr("names no columns")));
  EXPECT_THROW(verify(written("rows.md", "a,b\n")), Error);
}

Row row_of(std::vector<double> samples) {
  Row row;
  row.cell = "abc";
  row.device = "cpu";
  row.cache = "none";
  row.workers = 1;
  row.cpus_usable = 2;
  row.samples_ips = std::move(samples);
  row.threads = 2;
  row.auto_cache = "decoded";
  row.samples_data_wait_pct = {41.5};
  row.samples_loader_ips = {1063.8};
  row.samples_network_ips = {700.5};
  row.samples_loader_core_pct = {19};
  row.samples_counted_seconds = {12.5};
  row.worker_read_us = 10, row.worker_decode_us = 900, row.worker_augment_us = 30;
  row.status = "ok";
  summarize(row);
  return row;
}

TEST_F(Verify, AnyChangedDigitOfARowIsFound) {
  const std::string lines = row_line(row_of({400.25, 410.5, 405})) + "\n" + row_line(row_of({100})) + "\n";
  EXPECT_THAT(faults_of(written("rows.jsonl", lines)), IsEmpty());
  const std::string document = rows_text({row_of({400.25, 410.5, 405})}, RowFormat::json);
  EXPECT_THAT(faults_of(written("rows.json", document)), IsEmpty());
  for (const auto& [name, text] : {std::pair{"rows.jsonl", lines}, std::pair{"rows.json", document}})
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (!std::isdigit(static_cast<unsigned char>(text[i]))) continue;
      std::string other = text;
      other[i] = other[i] == '7' ? '3' : '7';
      EXPECT_FALSE(faults_of(written(name, other)).empty()) << name << " " << text.substr(i < 40 ? 0 : i - 40, 60);
    }
  EXPECT_THAT(faults_of(written("rows.jsonl", lines.substr(0, lines.size() - 1))), Contains(HasSubstr("no end")));
}

TEST_F(Verify, ATableOfRowsIsVerifiedToo) {
  const std::string table = rows_text({row_of({400.25, 410.5, 405})}, RowFormat::csv);
  EXPECT_THAT(faults_of(written("rows.csv", table)), IsEmpty());
  std::string other = table;
  other.replace(other.find("410.5"), 5, "990.5");
  EXPECT_THAT(faults_of(written("rows.csv", other)), Contains(HasSubstr("/mean_ips")));
}

TEST_F(Verify, RunsOfSeveralDevicesAreVerified) {
  const auto text = [](const Json& all) { return all.dump(2) + "\n"; };
  Json all = runs_json({measured(), measured()});
  EXPECT_THAT(faults_of(written("runs.json", text(all))), IsEmpty());
  all["ratios"][1] = 2.5;
  EXPECT_THAT(faults_of(written("runs.json", text(all))), Contains(HasSubstr("/ratios/1: says 2.5")));
}

TEST_F(Verify, ARowIsWhatItsConfigSays) {
  Experiment e;
  e.model.preset = "catdog_original";
  e.loader.batch_size = 16;
  const Plan plan = plan_network(e.model, e.data.image_size, 2);
  Row row = row_of({400.25, 410.5, 405});
  row.config = to_json(e);
  row.model = "catdog_original";
  row.classes = 2;
  row.n_params = plan.parameters();
  row.flops_per_image = plan.flops();
  row.image_size = e.data.image_size;
  row.batch_size = 16;
  row.max_queue_size = e.loader.max_queue_size;
  EXPECT_THAT(faults_of(written("rows.jsonl", row_line(row) + "\n")), IsEmpty());
  const auto with = [&](const std::function<void(Row&)>& change) {
    Row other = row;
    change(other);
    return faults_of(written("rows.jsonl", row_line(other) + "\n"));
  };
  EXPECT_THAT(with([](Row& r) { r.batch_size = 32; }), Contains(HasSubstr("/batch_size")));
  EXPECT_THAT(with([](Row& r) { r.flops_per_image *= 2; }), Contains(HasSubstr("/flops_per_image")));
  EXPECT_THAT(with([](Row& r) { r.model = "another"; }), Contains(HasSubstr("/model")));
  EXPECT_THAT(with([](Row& r) { r.gpu_info = "NVIDIA H200"; }), Contains(HasSubstr("/gpu_info")));
  EXPECT_THAT(with([](Row& r) { r.error = "none"; }), Contains(HasSubstr("/status")));
}

TEST_F(Verify, ARowsFiguresFollowFromItsSamples) {
  Row row = row_of({400.25, 410.5, 405});
  row.median_ips = 500;
  row.predicted_ips = 9000;
  row.verdict += ",000";
  const auto faults = faults_of(written("rows.jsonl", row_line(row) + "\n"));
  EXPECT_THAT(faults, Contains(HasSubstr("/median_ips: says 500")));
  EXPECT_THAT(faults, Contains(HasSubstr("/predicted_ips")));
  EXPECT_THAT(faults, Contains(HasSubstr("/verdict: says")));
}

}  // namespace
}  // namespace cnnbench
