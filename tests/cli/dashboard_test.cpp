#include "cnnbench/cli/dashboard.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "cnnbench/cli/cells.hpp"
#include "support/golden.hpp"

namespace cnnbench {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr DashboardLook plain{.script = Script::unicode, .coloured = false};

EpochRow epoch_row(int epoch) {
  EpochRow row{.epoch = epoch,
               .accuracy = 0.5 + 0.1 * epoch,
               .loss = 0.7 - 0.1 * epoch,
               .val_accuracy = epoch == 3 ? 0.6 : 0.5 + 0.1 * epoch,
               .val_loss = 0.72 - 0.1 * epoch,
               .pictures = 2000,
               .steps = 63,
               .images_per_second = 195.0 + epoch,
               .data_wait_pct = 2};
  row.seconds = {.wall = 12, .data_wait = 0.2, .compute = 10, .evaluate = 1.5, .output = 0.1};
  return row;
}

// The fourth of 25 epochs, after 21 of its 63 steps.
DashboardState in_the_middle(const std::string& device) {
  const bool gpu = device != "cpu";
  DashboardState state;
  state.name = state.network = "catdog_improved";
  state.batch_size = 32;
  state.take(Started{.device = device,
                     .device_name = gpu ? "NVIDIA H200" : "AMD EPYC",
                     .precision = "float32",
                     .cache = "decoded",
                     .augment_on = "cpu",
                     .convolution = "own",
                     .threads = 2,
                     .workers = 1,
                     .epochs = 25,
                     .steps_per_epoch = 63,
                     .train_pictures = 2000,
                     .validation_pictures = 500});
  for (int epoch = 1; epoch <= 4; ++epoch) {
    state.take(EpochStarted{epoch, 25});
    double pictures = 0;
    for (std::uint64_t step = 3; step <= (epoch == 4 ? 21U : 63U); step += 3) {
      TelemetrySample sample{
          .machine_cpu_pct = 90 + static_cast<double>(step % 10), .process_cpu_pct = 95, .other_cpu_pct = 1, .rss_bytes = 1.24e9};
      if (gpu) {
        sample.gpu_util_pct = 40 + static_cast<double>(step % 30);
        sample.gpu_temp_c = 61;
        sample.gpu_power_w = 240.4;
        sample.gpu_sm_mhz = 1980;
        sample.gpu_memory_bytes = 12.3e9;
      }
      pictures += 0.5 * (190 + 12 * std::sin(static_cast<double>(step) / 8));  // half a second's
      const double seconds = static_cast<double>(step) / 6, all = 10.5 * (epoch - 1) + seconds;
      Stages stages{
          .read = 0.01 * all, .decode = 0.05 * all, .augment = 0.1 * all, .queue_wait = 0.02 * all, .evaluate = 1.5 * (epoch - 1)};
      if (!gpu) {
        stages.copy = 0.001 * all;
        stages.forward = 0.3 * all;
        stages.backward = 0.5 * all;
        stages.optimizer = 0.05 * all;
      }
      state.take(Stepped{.epoch = epoch,
                         .step = step,
                         .steps = 63,
                         .images_per_second = pictures / seconds,
                         .data_wait_pct = 2,
                         .loss = 0.7 - 0.1 * epoch,
                         .accuracy = 0.5 + 0.1 * epoch,
                         .seconds = seconds,
                         .telemetry = sample,
                         .stages = stages});
    }
    if (epoch == 4) break;
    const double all = 10.5 * epoch;
    Stages stages{
        .read = 0.01 * all, .decode = 0.05 * all, .augment = 0.1 * all, .queue_wait = 0.02 * all, .evaluate = 1.5 * epoch};
    if (!gpu) stages.copy = 0, stages.forward = 0.3 * all, stages.backward = 0.5 * all, stages.optimizer = 0.05 * all;
    state.take(EpochDone{.row = epoch_row(epoch), .epochs = 25, .best = epoch < 3, .stages = stages});
  }
  return state;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string screen(const DashboardState& state, ScreenSize size, DashboardLook look = plain) {
  return joined(dashboard_lines(state, size, look));
}

TEST(DashboardGolden, ScreensOfAllSizes) {
  const DashboardState cpu = in_the_middle("cpu");
  DashboardState gpu = in_the_middle("cuda:0");
  for (const ScreenSize size : {ScreenSize{40, 12}, ScreenSize{80, 24}, ScreenSize{80, 50}, ScreenSize{160, 50}})
    expect_golden("cli", fmt::format("dashboard-{}x{}.txt", size.columns, size.rows), screen(cpu, size));
  gpu.take(Warned{"no CUDA graph, the step runs eagerly: out of memory"});
  expect_golden("cli", "dashboard-gpu-80x24.txt", screen(gpu, {80, 24}));
  expect_golden("cli", "dashboard-gpu-120x30.txt", screen(gpu, {120, 30}));
  expect_golden("cli", "dashboard-ascii-80x24.txt", screen(cpu, {80, 24}, {.script = Script::ascii, .coloured = false}));
}

TEST(Dashboard, NoScreenOfAnySizeIsOverfull) {
  for (DashboardState state : {DashboardState{}, in_the_middle("cpu"), in_the_middle("cuda:0")})
    for (int warnings = 0; warnings < 3; ++warnings) {
      for (int columns = 1; columns < 200; columns += 9)
        for (int rows = 1; rows < 60; ++rows) {
          const std::vector<std::string> lines = dashboard_lines(state, {columns, rows}, plain);
          ASSERT_LE(lines.size(), static_cast<std::size_t>(rows)) << columns << "x" << rows;
          for (const std::string& line : lines) ASSERT_LT(cells_of(line), columns) << columns << "x" << rows << ": " << line;
        }
      state.take(Warned{std::string(300, 'w')});
    }
}

TEST(Dashboard, WhereThereIsNoRoomTheLiveLineStands) {
  const DashboardState state = in_the_middle("cpu");
  EXPECT_THAT(dashboard_lines(state, {80, 8}, plain), testing::ElementsAre(testing::StartsWith("21/63 [")));
  EXPECT_THAT(dashboard_lines(state, {29, 40}, plain), testing::ElementsAre("21/63 - ETA 7s"));
}

TEST(Dashboard, SharesOfTheTimeAddUp) {
  const std::string text = screen(in_the_middle("cpu"), {80, 50});
  int sum = 0, bars = 0;
  const std::regex share(R"(\n(data wait|forward|backward|optimizer|evaluation|rest) +(\d+) %)");
  for (std::sregex_iterator it(text.begin(), text.end(), share), end; it != end; ++it, ++bars) sum += std::stoi((*it)[2]);
  EXPECT_EQ(bars, 6);
  EXPECT_NEAR(sum, 100, 3);
}

TEST(Dashboard, WhatIsUnknownIsADash) {
  EXPECT_THAT(screen(in_the_middle("cpu"), {80, 24}), HasSubstr("\nGPU      -\n"));
  DashboardState without = in_the_middle("cpu");
  without.step->telemetry.reset();
  EXPECT_THAT(screen(without, {80, 24}), HasSubstr("\nCPU      -\n"));
}

TEST(Dashboard, ColoursChangeNoCharacter) {
  const DashboardState state = in_the_middle("cpu");
  const std::string coloured = screen(state, {80, 24}, {.script = Script::unicode, .coloured = true});
  EXPECT_THAT(coloured, HasSubstr("\x1b[1mcatdog_improved\x1b[0m"));
  EXPECT_EQ(std::regex_replace(coloured, std::regex("\x1b\\[[0-9]*m"), ""), screen(state, {80, 24}));
  EXPECT_THAT(screen(state, {80, 24}), Not(HasSubstr("\x1b")));
}

TEST(Dashboard, SaysWhenItValidatesAndWhenItStops) {
  DashboardState state = in_the_middle("cpu");
  state.take(Validating{.epoch = 4, .step = 3, .steps = 16});
  EXPECT_THAT(screen(state, {80, 24}), HasSubstr(" validating 3/16\n"));
  state.stopping = true;
  EXPECT_THAT(screen(state, {80, 24}), HasSubstr("\nstopping: "));
  state.take(EpochDone{.row = epoch_row(4), .epochs = 25, .best = false, .stages = {}});
  EXPECT_THAT(screen(state, {80, 24}), Not(HasSubstr("validating")));
}

TEST(Dashboard, TheBestEpochStaysInSight) {
  DashboardState state = in_the_middle("cpu");
  for (int epoch = 4; epoch < 200; ++epoch) {
    EpochRow row = epoch_row(3);
    row.epoch = epoch;
    state.take(EpochDone{.row = row, .epochs = 200, .best = false, .stages = {}});
  }
  EXPECT_THAT(screen(state, {80, 24}), testing::ContainsRegex("\n     2 [^\n]* best\n   19"));
}

TEST(Dashboard, AnEpochTooShortForAReportCountsWithItsSpeed) {
  DashboardState state;
  state.take(EpochStarted{1, 3});
  state.take(EpochDone{.row = epoch_row(1), .epochs = 3, .best = true, .stages = {}});
  EXPECT_THAT(state.speeds, testing::ElementsAre(196));
}

TEST(Dashboard, TheSpeedIsThatBetweenTwoReports) {
  DashboardState state;
  state.take(Stepped{.epoch = 1, .step = 1, .steps = 9, .images_per_second = 100, .seconds = 1, .telemetry = {}, .stages = {}});
  state.take(Stepped{.epoch = 1, .step = 2, .steps = 9, .images_per_second = 150, .seconds = 2, .telemetry = {}, .stages = {}});
  EXPECT_THAT(state.speeds, testing::ElementsAre(100, 200));
}

TEST(Dashboard, HostileNamesCannotMoveTheCursor) {
  DashboardState state;
  state.take(
      Started{.device = "cpu", .device_name = "\x1b[2Jevil", .precision = {}, .cache = {}, .augment_on = {}, .convolution = {}});
  state.take(Warned{"bad \x1b[31m\r\n name"});
  const std::string text = screen(state, {80, 24});
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("warning: bad  [31m   name\n"));
}

}  // namespace
}  // namespace cnnbench
