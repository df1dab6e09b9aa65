// Which build this is. `optimized` is false for Debug and sanitizer builds: their speeds are tainted.
#pragma once

#include <string_view>

namespace cnnbench {

struct BuildInfo {
  std::string_view version, commit, compiler, build_type, sanitize;
  bool optimized = false;
};
BuildInfo build_info();

} // namespace cnnbench
