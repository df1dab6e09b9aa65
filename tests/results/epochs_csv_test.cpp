#include <gtest/gtest.h>

#include <limits>

#include "cnnbench/results/run_result.hpp"

namespace cnnbench {
namespace {

EpochRow row() {
  return {.epoch = 1,
          .accuracy = 0.7125,
          .loss = 0.5512345678901234,
          .val_accuracy = 0.75,
          .val_loss = 0.5,
          .learning_rate = 0.001,
          .pictures = 2000,
          .steps = 63,
          .images_per_second = 423.456789,
          .data_wait_pct = 12.5,
          .seconds = {.wall = 6, .data_wait = 0.5, .compute = 4.5, .evaluate = 1},
          .telemetry = {.machine_cpu_pct = 87.654321, .process_cpu_pct = 80, .peak_rss_bytes = 1234567890},
          .energy_j = 250,
          .images_per_j = 8};
}

TEST(EpochsCsv, IsKerasLogFirstAndOursAfter) {
  EXPECT_EQ(epochs_csv({row()}),
            "epoch,accuracy,loss,val_accuracy,val_loss,learning_rate,pictures,seconds,data_wait_seconds,compute_seconds,images_per_"
            "second,"
            "data_wait_pct,cpu_util_pct,process_cpu_util_pct,peak_rss_bytes,gpu_util_pct,gpu_temp_c,gpu_power_w,gpu_energy_j,peak_"
            "gpu_bytes,other_cpu_pct,gpu_sm_mhz,gpu_throttled_pct,energy_j,images_per_j\n"
            "0,0.7125,0.5512345678901234,0.75,0.5,0.001,2000,6,0.5,4.5,423.457,12.5,87.6543,80,1234567890,,,,,,,,,250,8\n");
}

TEST(EpochsCsv, ARowHasAsManyCellsAsTheHeader) {
  const auto commas = [](const std::string& line) { return std::count(line.begin(), line.end(), ','); };
  EXPECT_EQ(commas(epochs_csv_row(row())), commas(epochs_csv_header()));
  EXPECT_EQ(commas(epochs_csv_row({})), commas(epochs_csv_header()));
}

TEST(EpochsCsv, UnknownIsEmptyAndNanIsSaid) {
  EpochRow r = row();
  r.val_accuracy.reset();
  r.val_loss.reset();
  r.loss = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(epochs_csv_row(r).starts_with("0,0.7125,nan,,,0.001,"));
}

TEST(EpochsCsv, HeaderAndRowsAreThePiecesOfTheWhole) {
  EXPECT_EQ(epochs_csv({row(), row()}), epochs_csv_header() + "\n" + epochs_csv_row(row()) + "\n" + epochs_csv_row(row()) + "\n");
  EXPECT_EQ(epochs_csv({}), epochs_csv_header() + "\n");
}

}  // namespace
}  // namespace cnnbench
