// What a run on a GPU keeps, without a GPU and without torch: telemetry of whichever libnvidia-ml.so.1 the loader finds (the
// tests' own), in windows as the trainer cuts them, as a result.json on stdout. For tests/e2e/test_fake_gpu.py.
//   cnnbench_gpu_run EPOCHS SECONDS_PER_EPOCH PICTURES_PER_EPOCH
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/sha256.hpp"
#include "cnnbench/results/run_result.hpp"

int main(int argc, char** argv) {
  using namespace cnnbench;
  if (argc != 4) return 2;
  const int epochs = std::atoi(argv[1]);
  const double seconds = std::atof(argv[2]);
  const auto pictures = static_cast<std::uint64_t>(std::atoll(argv[3]));
  RunResult result;
  stamp(result);
  result.device = "cuda:0";
  result.config_hash = config_hash(result.experiment);
  result.data_hash = sha256("");
  result.threads = result.workers = result.best_epoch = 1;
  result.stopped = "finished";
  result.cache = "device";
  result.augment_on = "device";
  result.precision = "float32";
  result.verdict.text = "unknown";

  const double start = seconds_now();
  Telemetry telemetry({.interval_seconds = 0.05, .gpu_index = 0});
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    EpochRow row{.epoch = epoch, .pictures = pictures};
    telemetry.window();
    const double before = seconds_now();
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    row.seconds.wall = row.seconds.compute = seconds_now() - before;
    row.images_per_second = static_cast<double>(pictures) / row.seconds.compute;
    row.telemetry = telemetry.window();
    add_energy(row, result);
    result.epochs.push_back(row);
    result.seconds.compute += row.seconds.compute;
  }
  result.telemetry = telemetry.total();
  result.telemetry_series = telemetry.series();
  result.telemetry_cost_pct = 100 * telemetry.cost_seconds() / result.telemetry.seconds;
  add_energy(result, result.epochs, telemetry.why_no_energy());
  result.taints = telemetry_taints(result);
  result.seconds.wall = seconds_now() - start;
  fmt::print("{}", result_text(result));
}
