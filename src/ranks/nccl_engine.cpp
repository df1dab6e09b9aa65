#include "ranks/engines.hpp"

#ifdef CNNBENCH_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include <cstdlib>

#include "cnnbench/core/error.hpp"

namespace cnnbench {

#ifdef CNNBENCH_NCCL

Engine nccl_engine(const Launch& launch, const c10::intrusive_ptr<c10d::Store>& store, const at::Device& device) {
  // As PyTorch wants it for collectives within a CUDA graph; who has set it knows why.
  ::setenv("TORCH_NCCL_ASYNC_ERROR_HANDLING", "0", /*overwrite=*/0);
  const auto options = c10d::ProcessGroupNCCL::Options::create(/*is_high_priority_stream=*/true);
  options->timeout = patience;
  auto engine = c10::make_intrusive<c10d::ProcessGroupNCCL>(store, launch.rank, launch.size, options);
  // The communicator is made now, and what is wrong with it is said now: else it would be amid the first step.
  engine->setBoundDeviceId(device);
  engine->eagerConnectSingleDevice(device);
  return engine;
}

#else

Engine nccl_engine(const Launch&, const c10::intrusive_ptr<c10d::Store>&, const at::Device&) {
  throw Error(ExitCode::no_device,
              "this program was built without NCCL's headers: its ranks cannot exchange gradients between GPUs",
              "train with --device cpu, or build beside a torch wheel with CUDA");
}

#endif

}  // namespace cnnbench
