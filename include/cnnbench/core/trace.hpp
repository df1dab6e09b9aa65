// What happened when, for `train --trace`: spans of time on lanes (a loader's worker, the trainer), in nanoseconds of the
// system's clock, which is the one that torch's profiler writes. Costs one branch where nothing is recorded. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace cnnbench {

class Trace {
 public:
  static std::int64_t now();  // nanoseconds

  void start() { recording_ = true; }
  void stop() { recording_ = false; }
  bool recording() const { return recording_.load(std::memory_order_relaxed); }
  // `name` lives as long as the trace (a literal). Does nothing while it is not recording.
  void add(const std::string& lane, const char* name, std::int64_t begin, std::int64_t end, std::uint64_t batch);
  // Chrome's trace format: complete events, and the names of process and lanes. Times are microseconds from `base` (nanoseconds).
  nlohmann::ordered_json chrome_events(std::int64_t base) const;

 private:
  struct Span {
    std::size_t lane;
    const char* name;
    std::int64_t begin, end;
    std::uint64_t batch;
  };
  std::atomic<bool> recording_{false};
  mutable std::mutex mutex_;
  std::vector<std::string> lanes_;
  std::vector<Span> spans_;
};

}  // namespace cnnbench
