#include "cnnbench/results/verify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>

#include "cnnbench/core/error.hpp"
#include "cnnbench/results/row.hpp"
#include "cnnbench/results/run_result.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

RunResult measured() {
  RunResult r;
  r.experiment.name = "catdog";
  r.device = "cpu";
  r.data_source = "folder";
  for (int i = 1; i <= 3; ++i) {
    EpochRow e{.epoch = i,
               .accuracy = 0.5,
               .loss = 0.7,
               .val_accuracy = i == 2 ? 0.75 : 0.7,
               .val_loss = 0.6,
               .pictures = 2000,
               .steps = 63};
    const double busy = i == 2 ? 6.6 : 5.5;  // the first windows of the second epoch are half as fast
    e.seconds = {.wall = busy + 1, .data_wait = 1.0 / i, .compute = busy - 1.0 / i, .evaluate = 0.75, .checkpoint = 0.25};
    e.telemetry.cpu_energy_j = 100.0 * i;
    summarize(e, r.device);
    r.epochs.push_back(e);
    double left = busy;
    for (int w = 0; w < 20; ++w) {
      const std::uint64_t steps = w < 3 ? 4 : 3;
      const double seconds = w == 19 ? left : (i == 2 && w < 4 ? 0.55 : 0.275) + 0.001 * static_cast<double>(w * 7 % 5 - 2);
      r.windows.push_back({.epoch = i, .steps = steps, .pictures = 100, .seconds = seconds, .data_wait = 1.0 / i / 20});
      left -= seconds;
    }
  }
  r.stopped = "finished";
  r.config_hash = config_hash(r.experiment);
  r.seconds.setup = 1;
  r.seconds.wall = 21.6;
  summarize(r);
  add_energy(r, counted_epochs(r), "");
  r.verdict = verdict_of(r, 1200, "a hint");
  r.taints = {"debug build"};
  r.telemetry_series = {{.seconds = 0}, {.seconds = 0.25, .machine_cpu_pct = 80}};
  stamp(r);
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
  EXPECT_THAT(with([](RunResult& r) { r.experiment.train.epochs = 9; }), Contains(HasSubstr("/config_hash")));
  EXPECT_THAT(with([](RunResult& r) { r.seconds.evaluate = 0; }), Contains(HasSubstr("/seconds/evaluate")));
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
  r.verdict = verdict_of(r, 1200, "");
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
  EXPECT_THROW(verify(written("rows.csv", "a,b\n")), Error);
}

Row row_of(std::vector<double> samples) {
  Row row;
  row.cell = "abc";
  row.device = "cpu";
  row.cache = "none";
  row.workers = 1;
  row.cpus_usable = 2;
  row.samples_ips = std::move(samples);
  row.samples_compute_only_ips = {900.5};
  row.read_us = 10, row.decode_us = 900, row.augment_us = 30;
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

TEST_F(Verify, ARowsFiguresFollowFromItsSamples) {
  Row row = row_of({400.25, 410.5, 405});
  row.median_ips = 500;
  row.predicted_ips = 9000;
  const auto faults = faults_of(written("rows.jsonl", row_line(row) + "\n"));
  EXPECT_THAT(faults, Contains(HasSubstr("/median_ips: says 500")));
  EXPECT_THAT(faults, Contains(HasSubstr("/predicted_ips")));
}

}  // namespace
}  // namespace cnnbench
