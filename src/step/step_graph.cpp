#include "step/step_graph.hpp"

#ifdef CNNBENCH_CUDA
#include <ATen/DeviceAccelerator.h>
#include <ATen/cuda/CUDAGraph.h>
#endif

#include "cnnbench/core/error.hpp"

namespace cnnbench {

#ifdef CNNBENCH_CUDA

namespace {

// Kernels are chosen, workspaces made and the optimizer's state begun in the first steps; none of that can be recorded. Of ranks
// libtorch's Reducer orders its buckets anew in them, and wants eleven:
// https://docs.pytorch.org/docs/stable/notes/cuda.html#usage-with-distributeddataparallel
int eager_steps_of(const Steps& steps) { return steps.are_of_ranks() ? 11 : 3; }

void overwrite(const at::Tensor& kept, const at::Tensor& with) {
  if (kept.defined()) kept.copy_(with, /*non_blocking=*/true);
}

at::Tensor own(const at::Tensor& t) { return t.defined() ? t.clone() : at::Tensor(); }

}  // namespace

struct StepGraph::Recorded {
  int eager = 0;
  DeviceBatch in;    // what the graph reads
  DeviceBatch seen;  // the last eager one, for its shapes
  at::Tensor loss;
  std::unique_ptr<at::cuda::CUDAGraph> graph;
};

bool StepGraph::possible(const at::Device& device) { return device.is_cuda(); }

bool StepGraph::record(Recorded& r, const DeviceBatch& batch) {
  r.in = {.pixels = own(batch.pixels),
          .labels = own(batch.labels),
          .draws = own(batch.draws),
          .indices = own(batch.indices),
          .counted = batch.counted,
          .of_step = batch.of_step};
  auto graph = std::make_unique<at::cuda::CUDAGraph>();
  // The graph has memory of its own and cannot take what is merely kept for later.
  at::accelerator::synchronizeDevice(batch.labels.get_device());
  const auto setup = clock_.in(Phase::setup);
  at::accelerator::emptyCache();
  try {
    // Loader threads may pin memory meanwhile: only this thread's calls are the graph's.
    graph->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    r.loss = steps_.compute(r.in, optimizer_);
    graph->capture_end();
  } catch (const std::exception& e) {
    const auto* torchs = dynamic_cast<const c10::Error*>(&e);
    failure_ = torchs ? torchs->what_without_backtrace() : e.what();
    try {
      graph->capture_end();  // leaves capture mode
    } catch (const c10::Error&) {
      // torch's allocator and random generator are left in it: no eager step would be right after this.
      throw Error(ExitCode::failed, "recording the step as a CUDA graph failed: " + failure_, "set train.graph to off");
    }
    optimizer_.zero_grad();
    r.in = {};
    r.loss.reset();
    return false;
  }
  r.graph = std::move(graph);
  return true;
}

// One step of a size has chosen its kernels; what all sizes share (workspaces, the optimizer's state) takes some steps of any.
void StepGraph::record_seen() {
  for (auto& [size, r] : by_size_)
    if (!r->graph && r->seen.labels.defined() && failure_.empty() && eager_ >= eager_steps_of(steps_)) record(*r, r->seen);
}

void StepGraph::train(const DeviceBatch& batch) {
  std::unique_ptr<Recorded>& r = by_size_[batch.pictures_of_step()];
  if (!r) r = std::make_unique<Recorded>();
  const bool ready = r->graph || (failure_.empty() && r->eager >= eager_steps_of(steps_) && record(*r, batch));
  if (!ready) {
    ++r->eager;
    ++eager_;
    r->seen = batch;
    return steps_.train(batch, optimizer_);
  }
  overwrite(r->in.pixels, batch.pixels);
  overwrite(r->in.labels, batch.labels);
  overwrite(r->in.draws, batch.draws);
  overwrite(r->in.indices, batch.indices);
  r->graph->replay();
  ++replays_;
  steps_.trained(r->loss, batch);
}

#else  // a libtorch without CUDA

struct StepGraph::Recorded {};
bool StepGraph::possible(const at::Device&) { return false; }
bool StepGraph::record(Recorded&, const DeviceBatch&) { return false; }
void StepGraph::record_seen() {}
void StepGraph::train(const DeviceBatch& batch) { steps_.train(batch, optimizer_); }

#endif

StepGraph::StepGraph(Steps& steps, Optimizer& optimizer, PhaseClock& clock) : steps_(steps), optimizer_(optimizer), clock_(clock) {}
StepGraph::~StepGraph() = default;

}  // namespace cnnbench
