// A run's whole state as one file of its folder, state-STEP.safetensors (STEP: of the run): the tensors of network, optimizer and
// averages, RunState as the text "run", and a CRC-32 of each. Every bit that is not as it was written is found, and its place
// named.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "cnnbench/core/safetensors.hpp"
#include "cnnbench/results/run_state.hpp"

namespace cnnbench {

std::string state_file_name(std::uint64_t step);  // of the run, over all epochs

// Atomic. No tensor may be called "run".
void write_state(const std::filesystem::path&, std::vector<TensorView>, const RunState&);

struct SavedState {
  std::string file;  // for messages
  RunState run;
  Safetensors tensors;
};
// Throws Error(failed) naming the file and what of it is damaged.
SavedState read_state(const std::filesystem::path&);

// Of a run folder, the newest first.
std::vector<std::filesystem::path> state_files(const std::filesystem::path& folder);
// All but `newest` and the `keep` - 1 before it; later ones are of a course that the run did not take.
void remove_old_states(const std::filesystem::path& newest, int keep);

}  // namespace cnnbench
