#include <fmt/format.h>

#include <chrono>
#include <ctime>

#include "cnnbench/core/build_info.hpp"
#include "cnnbench/measure/machine.hpp"
#include "cnnbench/measure/software.hpp"
#include "cnnbench/results/run_result.hpp"

namespace cnnbench {

void stamp(RunResult& result) {
  const BuildInfo build = build_info();
  result.version = build.version;
  result.build_commit = build.commit;
  result.build_type = build.build_type;
  result.compiler = build.compiler;
  result.sanitize = build.sanitize;
  result.optimized = build.optimized;
  result.machine = machine_record();
  result.software = software_record();
  result.binary_hash = binary_hash();
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  result.test_time = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                                 utc.tm_hour, utc.tm_min, utc.tm_sec);
}

}  // namespace cnnbench
