#include "record/profiler.hpp"

#include <torch/csrc/autograd/profiler_kineto.h>
#include <torch/cuda.h>

#include <algorithm>
#include <exception>
#include <fstream>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/core/scratch_folder.hpp"
#include "kernels/tensor.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
namespace kineto = torch::autograd::profiler;
using torch::profiler::impl::ActivityType;

// Enough steps to see a pattern, few enough to look at; after the first ones, which warm up.
constexpr std::uint64_t first_traced_step = 5, traced_steps = 30;

// Kineto writes times relative to this.
std::int64_t base_of(const nlohmann::ordered_json& trace) {
  const auto base = trace.find("baseTimeNanoseconds");
  return base == trace.end() ? 0 : base->get<std::int64_t>();
}

}  // namespace

bool StepProfiler::is_due(int epoch, int epochs, std::uint64_t step, std::uint64_t steps) const {
  if (epoch != std::min(2, epochs)) return false;
  return begun_ ? running_ && step == first_traced_step + traced_steps : step >= std::min(first_traced_step, steps);
}

void StepProfiler::begin() {
  std::set<ActivityType> activities{ActivityType::CPU};
  if (torch::cuda::is_available()) activities.insert(ActivityType::CUDA);
  const torch::profiler::impl::ProfilerConfig config(torch::profiler::impl::ProfilerState::KINETO);
  kineto::prepareProfiler(config, activities);
  kineto::enableProfiler(config, activities, {at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION});
  trace_.start();
  begun_ = running_ = true;
}

void StepProfiler::end() {
  if (!running_) return;
  running_ = false;
  trace_.stop();
  try {
    write();
  } catch (const std::exception& e) {
    failure_ = e.what();
  }
}

void StepProfiler::write() {
  const auto result = kineto::disableProfiler();
  const ScratchFolder scratch;
  const fs::path torchs = scratch.path() / "torch.json";
  result->save(torchs.string());
  std::ifstream file(torchs);
  nlohmann::ordered_json all = nlohmann::ordered_json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (all.is_discarded() || !all.contains("traceEvents"))
    throw Error(ExitCode::failed, "torch's profiler wrote none into " + scratch.path().string(),
                "set TMPDIR to a folder with room");
  for (auto& event : trace_.chrome_events(base_of(all))) all["traceEvents"].push_back(std::move(event));
  write_atomic(out_, json_line(all));
}

StepProfiler::~StepProfiler() {
  if (running_) kineto::disableProfiler();
}

}  // namespace cnnbench
