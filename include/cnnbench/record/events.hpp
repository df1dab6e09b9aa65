// What a run tells while it runs. No torch types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "cnnbench/results/run_result.hpp"

namespace cnnbench {

struct Started {
  std::string device, device_name, precision, cache, augment_on, convolution;
  bool graph = false;
  int threads = 0, workers = 0, epochs = 0;
  std::uint64_t steps_per_epoch = 0;
  std::size_t train_pictures = 0, validation_pictures = 0;
};
struct EpochStarted {
  int epoch = 0, epochs = 0;
  std::uint64_t steps_done = 0;  // by a process before this one
};
// About 4 times a second at most; figures since the epoch began.
struct Stepped {
  int epoch = 0;
  std::uint64_t step = 0, steps = 0;
  double images_per_second = 0, data_wait_pct = 0, loss = 0, accuracy = 0, seconds = 0;
  std::optional<TelemetrySample> telemetry;
  Stages stages;  // since the run began; evaluate: of the epochs before
};
// After a batch of validation, likewise.
struct Validating {
  int epoch = 0;
  std::uint64_t step = 0, steps = 0;
};
struct EpochDone {
  EpochRow row;
  int epochs = 0;
  bool best = false;
  Stages stages;  // since the run began
};
struct Warned {
  std::string text;
};
using Event = std::variant<Started, EpochStarted, Stepped, Validating, EpochDone, Warned>;

}  // namespace cnnbench
