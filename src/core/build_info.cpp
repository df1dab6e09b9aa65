#include "cnnbench/core/build_info.hpp"

#include "cnnbench_build_info.hpp"

namespace cnnbench {

BuildInfo build_info() {
  constexpr std::string_view type = CNNBENCH_BUILD_TYPE, sanitize = CNNBENCH_SANITIZE;
  return {CNNBENCH_VERSION, CNNBENCH_COMMIT, CNNBENCH_COMPILER, type, sanitize, type != "Debug" && sanitize.empty(), CNNBENCH_FLAGS};
}

} // namespace cnnbench
