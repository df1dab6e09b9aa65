// Short ways to load a config in a test and to see its faults.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"

namespace cnnbench::testing {

// The least that is a valid config; `more` is further members of the top object, beginning in line 2.
inline std::string config_with(const std::string& more) {
  return R"({"data": {"kind": "drawn"}, "model": {"preset": "catdog_original"})" + (more.empty() ? "" : ",\n" + more) + "}";
}

// The faults as lines; empty when it loads. That the exit code is "usage" is part of the contract.
inline std::vector<std::string> faults_of(const std::string& text, const Overrides& overrides = {}) {
  try {
    (void)parse_experiment(text, "a.json", overrides);
    return {};
  } catch (const Error& error) {
    if (error.code() != ExitCode::usage) return {"exit code " + std::to_string(static_cast<int>(error.code()))};
    std::vector<std::string> lines;
    const std::string what = error.what();
    for (std::size_t at = 0; at <= what.size();) {
      const auto end = std::min(what.find('\n', at), what.size());
      lines.push_back(what.substr(at, end - at));
      at = end + 1;
    }
    return lines;
  }
}

}  // namespace cnnbench::testing
