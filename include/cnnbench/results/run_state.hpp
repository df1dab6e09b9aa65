// Where a run stands, so that another process can go on with it: all but the tensors, which state_file.hpp keeps beside it. It
// stands between two steps: those of `epoch` up to `step` are done, and all epochs before.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cnnbench/results/run_result.hpp"

namespace cnnbench {

struct RunState {
  int epoch = 1;  // that it is in, 1-based
  std::uint64_t step = 0;
  std::uint64_t steps_per_epoch = 0;
  std::optional<double> best_val_accuracy{};
  int validations_since_best = 0;
  bool until_steady = false;            // as Hooks::until_steady
  std::uint64_t keep_first_losses = 0;  // as Hooks::keep_first_losses
  double elapsed = 0;                   // seconds of the run so far, over all processes
  double paused_seconds = 0;
  // Of the epoch so far; all 0 between two.
  Phases epoch_seconds{};
  TelemetrySummary epoch_telemetry{};
  SpeedWindow open_window{};                  // the one that is not full: epoch, steps and pictures
  double windows_busy = 0, windows_wait = 0;  // what the full ones took, as Phases count it
  // Of the run so far, of its first epoch, and up to the end of its last one.
  Stages stages{}, first_epoch_stages{}, last_epoch_stages{};
  std::map<std::string, std::uint64_t> files{};  // of the run folder, that grow: how long they were
  // So far: epochs, windows, telemetry, seconds.setup and .output, resumed; and what the run was made of, which must be the same.
  RunResult result{};
};

nlohmann::ordered_json to_json(const RunState&);
// Strict; Error(failed) naming `source`.
RunState run_state_from_json(const nlohmann::ordered_json&, const std::string& source);

// Why a run that is `before` would not compute the same, bit for bit, as the one that is `now`: "threads: 2 before, 1 now". Empty:
// it would, on a CPU.
std::vector<std::string> differences(const RunResult& before, const RunResult& now);

}  // namespace cnnbench
