// Which build this is. `optimized` is false for Debug and sanitizer builds: their speeds are tainted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cnnbench {

struct BuildInfo {
  std::string_view version, commit, compiler, build_type, sanitize;
  bool optimized = false;
  std::string_view flags;  // of the compiler, as CMake gives them for this build type
};
BuildInfo build_info();

// SHA-256 over the running program and its own libraries (libcnnbench_*.so) that are loaded, as
// `sha256sum cnnbench libcnnbench_core.so ... | sha256sum` prints it in their folder. nullopt: they cannot be read.
std::optional<std::string> binary_hash();

}  // namespace cnnbench
