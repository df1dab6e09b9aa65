// A repetition of a cell as bench has it from its child, with all that fold() needs.
#pragma once

#include <nlohmann/json.hpp>

namespace cnnbench::test {

// `resolved`: what its facts are instead.
inline nlohmann::ordered_json repetition(double ips, const nlohmann::ordered_json& resolved = nlohmann::ordered_json::object()) {
  nlohmann::ordered_json out{{"ips", ips},
                             {"throttle_reasons", nullptr},
                             {"taints", nlohmann::ordered_json::array()},
                             {"resolved",
                              {{"build_commit", "c"},
                               {"libtorch", "2.11.0"},
                               {"machine", {{"cpus_usable", 2}}},
                               {"device", "cpu"},
                               {"classes", 2},
                               {"n_params", 1},
                               {"flops_per_image", 2},
                               {"workers", 1},
                               {"cache", "none"},
                               {"auto_cache", "decoded"},
                               {"augment_on", "cpu"},
                               {"precision", "float32"},
                               {"graph", false},
                               {"convolution", "own:conv_2"},
                               {"threads", 2},
                               {"test_time", "2026-11-25T00:00:00Z"}}}};
  out["resolved"].update(resolved);
  return out;
}

}  // namespace cnnbench::test
