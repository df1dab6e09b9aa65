// What a verdict and the prediction of a remedy rest on, of a run or of a row (its medians): the figures of both sides while they
// ran, and the settings they ran with. Unknown is nullopt.
#pragma once

#include <optional>
#include <string>

namespace cnnbench {

struct SpeedFigures {
  double ips = 0;                            // pictures per second of the training that counts
  double data_wait_pct = 0;                  // of that time the trainer stood still because no batch was ready
  std::optional<double> counted_seconds{};   // that time
  double loader_ips = 0;                     // workers / seconds that a worker needs for a picture
  double network_ips = 0;                    // pictures / (counted_seconds less the waiting)
  std::optional<double> compute_only_ips{};  // CPU: the network without a loader beside it, where that was measured
  // What a worker's seconds are spent on, microseconds per picture, by the clock: waiting for a core or a disk is in it.
  std::optional<double> read_us{}, decode_us{}, augment_us{};
  std::optional<double> loader_core_pct{};  // CPU: of the cores' time, what the workers computed
  // GPU: of counted_seconds, how long the host stood still because the device had two steps to do, how long the device stood still
  // because its next pictures were still on their way, and how long any kernel ran (telemetry).
  std::optional<double> device_wait_pct{}, copy_wait_pct{}, gpu_util_pct{};
  // Of ranks: of the time of all of them, how much each waited for the others' gradients when it had all of its own.
  std::optional<double> exchange_wait_pct{};
};

struct SpeedSettings {
  std::string device;                       // cpu, cuda:0
  int cores = 0, threads = 0, workers = 0;  // of each rank
  int ranks = 1;
  std::string cache;       // in force: none, encoded, decoded, device
  std::string auto_cache;  // what loader.cache=auto would be here: more does not fit
  // Of the time that a worker augments, what augment.backend=fused would need; 1: it is in force, or workers warp nothing.
  double fused_share = 1;
  bool graph_is_off = false;  // a CUDA graph would be possible, and the config forbids it
};

}  // namespace cnnbench
