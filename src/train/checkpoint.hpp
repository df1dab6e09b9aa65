// A network's weights as safetensors, with everything prediction needs in the metadata: the experiment (network, reading,
// preprocessing), the class names, epoch and accuracy. Readable by any safetensors reader; holds no code.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "network/network.hpp"

namespace cnnbench {

struct CheckpointInfo {
  Experiment experiment;
  std::vector<std::string> class_names;
  int epoch = 0;  // 1-based; 0: before training
  std::optional<double> val_accuracy;
};

// Writes the weights as they were when it was made; by any thread, as often as wanted.
using WriteCheckpoint = std::function<void(const std::filesystem::path&)>;
WriteCheckpoint checkpoint_of(const Network&, const CheckpointInfo&);
inline void save_checkpoint(const std::filesystem::path& file, const Network& network, const CheckpointInfo& info) {
  checkpoint_of(network, info)(file);
}

struct Checkpoint {
  CheckpointInfo info;
  Network network;
};
// Throws Error(failed) naming the file where it is not a checkpoint of this program or does not fit its own network.
Checkpoint load_checkpoint(const std::filesystem::path&, const at::Device&);

}  // namespace cnnbench
