// A run for `tensorboard --logdir runs`: RUN/tensorboard/train and RUN/tensorboard/validation, as Keras' TensorBoard callback lays
// them out and with its tags. By epoch, counted from 0 as Keras does: epoch_loss, epoch_accuracy, epoch_learning_rate, and
// epoch_images_per_second, epoch_data_wait_pct, epoch_telemetry/*. By step, about 4 times a second: batch_loss, batch_accuracy (since
// the epoch began), images_per_second, data_wait_pct, telemetry/*. Names and units of the telemetry are those of result.json.
#pragma once

#include <optional>

#include "cnnbench/results/event_file.hpp"
#include "cnnbench/train/api.hpp"

namespace cnnbench {

class TensorboardLog {
 public:
  explicit TensorboardLog(const std::filesystem::path& run_folder);
  void operator()(const Event&);
  void preview(std::string_view png, ImageSize);

 private:
  std::filesystem::path folder_;
  EventFile train_;
  std::optional<EventFile> validation_;  // where something was validated
};

}  // namespace cnnbench
