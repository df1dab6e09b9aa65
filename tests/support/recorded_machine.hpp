// A recorded machine for the tests of telemetry: two of three cores are ours, no sample is taken but the ones that a test asks
// for, and time is what the test says.
#pragma once

#include <string>

#include "cnnbench/measure/telemetry.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench::testing {

// Fields: user nice system idle iowait irq softirq steal guest guest_nice.
inline std::string stat_file(int busy, int idle, int stolen = 0) {
  const std::string ours = std::to_string(busy) + " 0 0 " + std::to_string(idle) + " 0 0 0 " + std::to_string(stolen) + " 0 0\n";
  return "cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 " + ours + "cpu1 999999 0 0 1 0 0 0 0 0 0\ncpu2 " + ours + "intr 5 6 7\n";
}

inline std::string process_file(int user_ticks, int system_ticks, int major_faults = 0) {
  return "12 (a (b) c) S 1 1 1 0 -1 4194560 1 0 " + std::to_string(major_faults) + " 0 " + std::to_string(user_ticks) + " " +
         std::to_string(system_ticks) + " 0 0 20 0 9 0 100\n";
}

struct Recorded {
  test::TemporaryFolder tree;
  double now = 100;
  Recorded() {
    tree.put("proc/self/status", "Cpus_allowed_list:\t0,2\n");
    tree.put("proc/stat", stat_file(1000, 1000));
    tree.put("proc/self/stat", process_file(500, 100));
    tree.put("proc/self/statm", "9 3 1 1 0 1 0\n");
  }
  TelemetryOptions options() {
    TelemetryOptions o;
    o.interval_seconds = 3600;
    o.root = tree.path();
    o.nvml_library = "no-such-library.so";
    o.clock = [this] { return now; };
    return o;
  }
};

}  // namespace cnnbench::testing
