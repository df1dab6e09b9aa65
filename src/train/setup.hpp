// All that a run decides before its first step: where it computes, in which precision, by which operations, where its pictures are.
#pragma once

#include <memory>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/data/dataset.hpp"
#include "cnnbench/measure/telemetry.hpp"
#include "cnnbench/model/plan.hpp"
#include "cnnbench/pipeline/placement.hpp"
#include "cnnbench/results/run_result.hpp"
#include "kernels/tensor.hpp"
#include "network/kernel_choice.hpp"
#include "step/step.hpp"

namespace cnnbench {

struct Setup {
  Experiment experiment;  // train.precision is resolved
  at::Device device;
  Plan plan;
  InputPlan input;
  Placement threads;
  bool bfloat16 = false;
  ChosenKernels kernels;
  int rank = 0, ranks = 1;                          // of the run
  std::shared_ptr<SharedMemory> shared_pictures{};  // of the ranks of this machine: where decoded training pictures are kept
};

// Sets the compute threads, before anything is measured or built on the device.
at::Device opened_device(const std::string& name, const TrainConfig&);
// CUDA: a stream that is current while it lives, for a default stream cannot be recorded as a graph. Nothing on the CPU.
std::unique_ptr<c10::StreamGuard> stream_of_its_own(const at::Device&);

// What the config leaves open is measured or follows from cores and memory.
Setup resolve(const Experiment&, const Splits&, const at::Device&);
// Of ranks: what is measured is measured by the first one, and taken by all. Error(usage) where the config asks for what ranks have
// not.
Setup resolve(const Experiment&, const Splits&, const at::Device&, Exchange* ranks);

Network seeded_network(const Setup&, Exchange* ranks);  // null: there are none
Input input_of(const Setup&, const Dataset& pictures);
TelemetryOptions watched(const at::Device&);

// The part of a result that is known before the first step.
RunResult facts_of(const Setup&, const Splits&);

}  // namespace cnnbench
