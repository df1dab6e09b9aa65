#include "network/kernel_choice.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/DeviceAccelerator.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "cnnbench/config/own_layers.hpp"
#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/error.hpp"
#include "kernels/autocast.hpp"
#include "kernels/vector_code.hpp"

namespace cnnbench {
namespace {

// Forward and backward of what is timed at a time: about a third of a second on two cores.
constexpr double most_flops = 3e10;

std::int64_t pictures_for(const KernelPlace& place, std::int64_t batch_size) {
  std::int64_t pictures = batch_size;
  while (pictures > 1 && 3 * place.flops * static_cast<double>(pictures) > most_flops) pictures /= 2;
  return pictures;
}

// A batch and what takes it through a place and back.
class Trial {
 public:
  Trial(const KernelPlace& place, std::int64_t pictures, const at::Device& device, bool bfloat16)
      : place_(place),
        device_(device),
        bfloat16_(bfloat16),
        x_(random({pictures, place.in.channels, place.in.height, place.in.width})) {
    if (!place.first) x_.set_requires_grad(true);
    inputs_ = place.parameters;
    if (!place.first) inputs_.push_back(x_);
  }
  bool takes() const { return place_.takes(x_); }
  double seconds(bool own) {
    *place_.own = own;
    synchronize();
    const double before = seconds_now();
    const at::Tensor y = forward();
    if (!g_.defined()) g_ = random(y.sizes()).to(y.scalar_type());  // in the round that warms up
    if (!inputs_.empty()) torch::autograd::grad({y}, inputs_, {g_.to(y.scalar_type())});
    synchronize();
    return seconds_now() - before;
  }

 private:
  at::Tensor forward() const {
    const Autocast autocast(device_.type(), bfloat16_);
    return place_.run(x_, true);
  }
  // By a generator of its own, in what layers within a network get: bfloat16 but for the first.
  at::Tensor random(at::IntArrayRef sizes) {
    const at::Tensor numbers = at::randn(sizes, generator_).to(device_);
    const at::Tensor typed = bfloat16_ && !place_.first ? numbers.to(at::kBFloat16) : numbers;
    return typed.dim() == 4 ? typed.contiguous(at::MemoryFormat::ChannelsLast) : typed;
  }
  void synchronize() const {
    if (!device_.is_cpu()) at::accelerator::synchronizeDevice(device_.index());
  }

  const KernelPlace& place_;
  at::Device device_;
  bool bfloat16_;
  at::Generator generator_ = at::detail::createCPUGenerator(1);
  at::Tensor x_, g_;
  std::vector<at::Tensor> inputs_;
};

// Whether ours can take what comes there.
bool possible(const KernelPlace& place, const at::Device& device, bool bfloat16) {
  return !(bfloat16 && place.float32_only) && Trial(place, 1, device, bfloat16).takes();
}

void require_known(const OwnLayers& own, const Network& network) {
  std::vector<std::string> names;
  for (const KernelPlace& p : network.places) names.push_back(p.layer);
  for (const std::string& layer : own.layers)
    if (std::find(names.begin(), names.end(), layer) == names.end())
      throw Error(ExitCode::usage, fmt::format("train.convolution names {}, where this network has no operation of our own", layer),
                  names.empty() ? "set it to auto" : fmt::format("it has them for {}", fmt::join(names, ", ")));
}

}  // namespace

Kernels kernels_of(const TrainConfig& train) {
  if (train.profile == Profile::tutorial) return plain_kernels();
  const OwnLayers own = own_layers(train.convolution);
  return {.all = own.all || (own.automatic && has_avx2()), .own = own.layers};
}

ChosenKernels choose_kernels(const Experiment& e, const Plan& plan, const at::Device& device, bool bfloat16,
                             const TimePlace& time) {
  ChosenKernels chosen{.kernels = kernels_of(e.train), .convolution = e.train.convolution, .layers = {}};
  if (chosen.kernels.plain) return {.kernels = chosen.kernels, .convolution = "library", .layers = {}};
  const OwnLayers asked = own_layers(e.train.convolution);
  const Network network = build_network(plan, 0, device, chosen.kernels);
  require_known(asked, network);
  std::map<std::string, Turns> known;
  std::vector<std::string> names;
  std::set<std::string> own;
  for (const KernelPlace& place : network.places) {
    if (!possible(place, device, bfloat16)) continue;
    names.push_back(place.layer);
    LayerKernel layer{.layer = place.layer, .kernel = {}};
    bool ours = chosen.kernels.has(place.layer);
    if (asked.automatic) {
      const std::string what = fmt::format("{} {}", place.shape, place.first);
      const auto found = known.find(what);
      const Turns turns = found != known.end() ? found->second : known.emplace(what, time(place)).first->second;
      layer.own_us = 1e6 * turns.first;
      layer.library_us = 1e6 * turns.second;
      ours = !second_is_faster(turns);
      *place.own = ours;  // a convolution's other way goes through its pool as that was chosen
    }
    layer.kernel = ours ? place.kernel : "library";
    if (ours) own.insert(place.layer);
    if (ours && !place.covers.empty()) {  // the pool is no layer of its own then
      std::erase(names, place.covers);
      own.erase(place.covers);
      std::erase_if(chosen.layers, [&](const LayerKernel& l) { return l.layer == place.covers; });
    }
    chosen.layers.push_back(layer);
  }
  chosen.convolution = own_layers_text(names, own);
  if (!names.empty()) chosen.kernels = {.all = own.size() == names.size(), .own = own};
  return chosen;
}

ChosenKernels choose_kernels(const Experiment& e, const Plan& plan, const at::Device& device, bool bfloat16) {
  return choose_kernels(e, plan, device, bfloat16, [&](const KernelPlace& place) {
    Trial trial(place, pictures_for(place, e.loader.batch_size), device, bfloat16);
    return time_in_turns([&] { return trial.seconds(true); }, [&] { return trial.seconds(false); });
  });
}

const ChosenKernels& KernelChooser::of(bool bfloat16) {
  const auto [at, is_new] = chosen_.try_emplace(bfloat16);
  if (is_new) at->second = choose_kernels(experiment_, plan_, device_, bfloat16);
  return at->second;
}

}  // namespace cnnbench
