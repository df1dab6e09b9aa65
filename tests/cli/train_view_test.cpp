#include "cnnbench/cli/train_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cnnbench {
namespace {

Stepped quarter_of_an_epoch() {
  TelemetrySample sample;
  sample.machine_cpu_pct = 97.6;
  sample.gpu_util_pct = 12;
  return {.epoch = 1,
          .step = 20,
          .steps = 80,
          .images_per_second = 412.4,
          .data_wait_pct = 3.2,
          .loss = 0.51234,
          .accuracy = 0.75,
          .seconds = 10,
          .telemetry = sample,
          .stages = {}};
}

TEST(LiveLine, FitsTheTerminalAndSaysWhatMatters) {
  const Stepped s = quarter_of_an_epoch();
  const std::string line = live_line(s, 160);
  EXPECT_EQ(line,
            "20/80 [=======>......................] - ETA 30s - loss: 0.5123 - accuracy: 0.7500 - 412 images/s - data wait 3 % - "
            "CPU 98 % - GPU 12 %");
  for (int columns = 20; columns < 200; ++columns) {
    const std::string fitted = live_line(s, columns);
    EXPECT_LT(fitted.size(), static_cast<std::size_t>(columns));
    EXPECT_THAT(fitted, testing::StartsWith("20/80 "));
  }
}

TEST(LiveLine, LeavesOutWhatMattersLess) {
  const Stepped s = quarter_of_an_epoch();
  EXPECT_EQ(live_line(s, 120),
            "20/80 [===>..........] - ETA 30s - loss: 0.5123 - accuracy: 0.7500 - 412 images/s - data wait 3 % - CPU 98 % - GPU 12 "
            "%");
  EXPECT_EQ(live_line(s, 80), "20/80 [===>........] - ETA 30s - loss: 0.5123 - accuracy: 0.7500 - 412 images/s");
  EXPECT_EQ(live_line(s, 60), "20/80 [==>........] - ETA 30s - loss: 0.5123 - 412 images/s");
  EXPECT_EQ(live_line(s, 40), "20/80 - ETA 30s - 412 images/s");
  EXPECT_EQ(live_line(s, 20), "20/80 - ETA 30s");
}

TEST(LiveLine, IsFullAtTheEnd) {
  EXPECT_THAT(live_line({.step = 80, .steps = 80, .seconds = 10, .telemetry = {}, .stages = {}}, 200),
              testing::HasSubstr("[==============================]"));
}

TEST(LiveLine, ShowsValidationToo) {
  EXPECT_EQ(live_line(Validating{.epoch = 1, .step = 4, .steps = 16}, 40), "validating 4/16 [=====>...............]");
  for (int columns = 20; columns < 80; ++columns)
    EXPECT_LT(live_line(Validating{.epoch = 1, .step = 4, .steps = 16}, columns).size(), static_cast<std::size_t>(columns));
}

TEST(EpochLine, LeavesOutWhatIsUnknown) {
  EpochRow row{.epoch = 1, .accuracy = 0.5, .loss = 0.7, .steps = 63, .images_per_second = 420.4, .data_wait_pct = 1.6};
  row.seconds.wall = 75;
  EXPECT_EQ(epoch_line(row, 63), "63/63 - 1:15 - loss: 0.7000 - accuracy: 0.5000 - 420 images/s - data wait 2 %");
  row.val_loss = 0.6;
  row.val_accuracy = 0.71;
  row.telemetry.machine_cpu_pct = 99;
  row.telemetry.gpu_util_pct = 50;
  row.telemetry.gpu_temp_c = 61;
  row.telemetry.gpu_power_w = 240.4;
  EXPECT_EQ(epoch_line(row, 63),
            "63/63 - 1:15 - loss: 0.7000 - accuracy: 0.5000 - val_loss: 0.6000 - val_accuracy: 0.7100 - 420 images/s - data wait 2 "
            "% - CPU 99 % - "
            "GPU 50 % 61 C 240 W");
}

TEST(EpochLine, IsOneLineOnATerminal) {
  EpochRow row{.epoch = 1,
               .accuracy = 0.5,
               .loss = 0.7,
               .val_accuracy = 0.71,
               .val_loss = 0.6,
               .steps = 63,
               .images_per_second = 4200.4,
               .data_wait_pct = 1.6};
  row.seconds.wall = 75;
  row.telemetry.machine_cpu_pct = 99;
  EXPECT_EQ(
      epoch_line(row, 63, 125),
      "63/63 - 1:15 - loss: 0.7000 - accuracy: 0.5000 - val_loss: 0.6000 - val_accuracy: 0.7100 - 4,200 images/s - data wait 2 %");
  EXPECT_EQ(epoch_line(row, 63, 80), "63/63 - 1:15 - loss: 0.7000 - val_accuracy: 0.7100 - 4,200 images/s");
  for (int columns = 40; columns < 130; ++columns)
    EXPECT_LE(epoch_line(row, 63, columns).size(), static_cast<std::size_t>(columns));
}

TEST(StepSpeeds, GiveTfCnnBenchmarksLine) {
  const StepSpeeds speeds{.speeds = {100, 110, 120, 90, 80}};
  // mean 100, deviation sqrt(200), error sqrt(200)/sqrt(5) = 6.3, median absolute deviation 10
  EXPECT_EQ(speeds.line(10, 0.6934), "step 10 images/sec: 100.0 +/- 6.3 (jitter = 14.8) loss: 0.693");
}

TEST(Console, ControlCharactersDoNotReachTheTerminal) { EXPECT_EQ(Console::safe("cat\x1b[2J\r.jpg"), "cat [2J .jpg"); }

}  // namespace
}  // namespace cnnbench
