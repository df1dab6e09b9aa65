// `train --trace`: some steps in Chrome's trace format (chrome://tracing, ui.perfetto.dev), torch's operations and CUDA's
// kernels beside the loader's stages. Steps are slower while they are traced.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "cnnbench/core/trace.hpp"

namespace cnnbench {

class StepProfiler {
 public:
  explicit StepProfiler(std::filesystem::path out) : out_(std::move(out)) {}
  ~StepProfiler();  // ends what was begun, writes nothing
  StepProfiler(const StepProfiler&) = delete;
  StepProfiler& operator=(const StepProfiler&) = delete;

  Trace& trace() { return trace_; }
  // Whether to begin before this step, or to end, once the device has nothing to do: some steps of the second epoch where there is
  // one, for the first one fills caches.
  bool is_due(int epoch, int epochs, std::uint64_t step, std::uint64_t steps) const;
  bool begun() const { return begun_; }
  void change() { running_ ? end() : begin(); }
  // Writes the file, once. Where that fails the run goes on: failure() says why.
  void end();
  const std::string& failure() const { return failure_; }

 private:
  void begin();
  void write();

  std::filesystem::path out_;
  std::string failure_;
  Trace trace_;
  bool begun_ = false, running_ = false;
};

}  // namespace cnnbench
