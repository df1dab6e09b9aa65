// train.convolution = auto: which layers run our own operations is measured here, on the device, batch size, threads and precision
// that the run has. Ours are written for two cores with AVX-512; on another processor libtorch's may be the faster ones, layer by
// layer.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/measure/in_turns.hpp"
#include "cnnbench/model/plan.hpp"
#include "cnnbench/results/run_result.hpp"
#include "kernels/tensor.hpp"
#include "network/network.hpp"

namespace cnnbench {

// As train.convolution and train.profile say; auto, where nothing is measured: our own on a processor with the vectors that they
// were written for.
Kernels kernels_of(const TrainConfig&);

struct ChosenKernels {
  Kernels kernels;
  std::string convolution;          // as train.convolution says the same for good
  std::vector<LayerKernel> layers;  // that ours can take, in the network's order
};

// Seconds that ours and libtorch's take for a batch at a place, forward and backward. In tests: planted times.
using TimePlace = std::function<Turns(const KernelPlace&)>;

// What each place runs: as train.convolution says, or, where it says auto, what is faster by `time`. Layers of the same shape are
// timed once. A layer that train.convolution names and the network has not is Error(usage).
ChosenKernels choose_kernels(const Experiment&, const Plan&, const at::Device&, bool bfloat16, const TimePlace& time);

// By the clock. Takes a second or so and leaves no trace in weights or random numbers of the run. Batches of huge layers are cut.
ChosenKernels choose_kernels(const Experiment&, const Plan&, const at::Device&, bool bfloat16);

// The same, once for each precision.
class KernelChooser {
 public:
  KernelChooser(const Experiment& e, Plan plan, const at::Device& device)
      : experiment_(e), plan_(std::move(plan)), device_(device) {}
  const ChosenKernels& of(bool bfloat16);

 private:
  const Experiment& experiment_;
  Plan plan_;
  at::Device device_;
  std::map<bool, ChosenKernels> chosen_;
};

}  // namespace cnnbench
