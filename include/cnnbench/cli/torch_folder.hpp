// Finds libtorch 2.11 on this machine without loading it: only folders and version files are looked at.
// Where it comes from is an input, so that the search order can be tested with folders made in a test.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cnnbench {

inline constexpr std::string_view torch_series = "2.11";  // the C++ interface holds within a series only

struct TorchSearch {
  std::filesystem::path asked;                                       // CNNBENCH_TORCH: when set nothing else is tried
  std::filesystem::path configured;                                  // what this build was configured with; empty: none
  std::filesystem::path cached;                                      // where scripts/setup.sh puts it; empty: no home folder
  std::function<std::optional<std::filesystem::path>()> ask_python;  // the folder of python3's torch; asked last, it is slow
};
TorchSearch torch_search();  // this process's environment and this build

struct TorchFolder {
  std::filesystem::path lib;  // holds libtorch_cpu.so
  std::string version;        // "2.11.0+cu130"
  std::string source;         // how it was found, for people
};
TorchFolder find_torch(const TorchSearch&);  // throws Error that says where it looked and what to do

// The first line that a command prints; nothing if it fails or takes longer. Its whole process group is ended then.
std::optional<std::string> first_line_of(const std::vector<std::string>& command, double seconds);

}  // namespace cnnbench
