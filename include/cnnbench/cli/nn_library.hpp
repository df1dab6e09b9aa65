// Opens the torch half (libcnnbench_nn.so) at the first call, not before: commands that need no torch start at once, and
// the caller can set OMP_* and friends first. Not thread-safe against setenv.
#pragma once

#include <filesystem>
#include <vector>

#include "cnnbench/cli/torch_folder.hpp"
#include "cnnbench/train/api.hpp"

namespace cnnbench {

const NnApi& nn_api();                 // throws Error with the remedy when torch or the library is not to be had
const TorchFolder& nn_torch_folder();  // the libtorch that nn_api() loaded; loads it if need be

// The parts, for tests.
std::filesystem::path nn_library_file(const std::filesystem::path& program_folder);  // beside the program, or in ../lib/cnnbench
const NnApi& open_nn_library(const std::filesystem::path& library, const TorchFolder&);

}  // namespace cnnbench
