#include "train/setup.hpp"

#include <ATen/DeviceAccelerator.h>
#include <torch/version.h>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/launch.hpp"
#include "cnnbench/core/usable.hpp"
#include "cnnbench/data/data_hash.hpp"
#include "kernels/devices.hpp"
#include "step/precision.hpp"
#include "train/shared_pictures.hpp"

namespace cnnbench {
namespace {

std::uint64_t free_device_bytes(const at::Device& device) {
  // A rank sees other pictures in every pass: none are kept there for the next.
  return device.is_cpu() || this_launch().size > 1 ? 0 : at::accelerator::getMemoryInfo(device.index()).first;
}

// Decoded pictures are kept by the ranks of a machine in common; whatever else is kept is each one's own.
std::uint64_t memory_of_this_rank(const Experiment& e, const CacheSizes& sizes, bool in_common) {
  const std::uint64_t all = available_memory_bytes();
  if (in_common && choose_cache(e.loader.cache, sizes, all) == CacheMode::decoded) return all;
  return all / static_cast<std::uint64_t>(this_launch().local_size);
}

InputPlan placed(const Experiment& e, const Splits& splits, const at::Device& device, bool in_common) {
  const CacheSizes sizes = cache_sizes(splits);
  return place_input(e, sizes, memory_of_this_rank(e, sizes, in_common), free_device_bytes(device));
}

}  // namespace

at::Device opened_device(const std::string& name, const TrainConfig& train) {
  const at::Device device = open_device(name);
  at::globalContext().setBenchmarkCuDNN(true);  // shapes stay the same, so the fastest kernel is looked for once
  set_compute_threads(train.threads > 0 ? train.threads : process_cpus().count());
  return device;
}

std::unique_ptr<c10::StreamGuard> stream_of_its_own(const at::Device& device) {
  if (device.is_cpu()) return nullptr;
  return std::make_unique<c10::StreamGuard>(c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device));
}

Setup resolve(const Experiment& e, const Splits& splits, const at::Device& device) {
  Setup s{.experiment = e,
          .device = device,
          .plan = plan_network(e.model, augmented_size(e.augment, splits.train.size),
                               static_cast<int>(splits.train.class_names.size())),
          .input = placed(e, splits, device, /*in_common=*/true),
          .threads = {},
          .kernels = {}};
  KernelChooser kernels(e, s.plan, device);
  s.bfloat16 = choose_bfloat16(e, s.plan, device, [&](bool bfloat16) { return kernels.of(bfloat16).kernels; });
  s.kernels = kernels.of(s.bfloat16);
  s.experiment.train.precision = s.bfloat16 ? Precision::bfloat16 : Precision::float32;
  s.threads = place_threads(e.train, e.loader, device.is_cuda(), process_cpus().count(), s.input.cache);
  return s;
}

Setup resolve(const Experiment& e, const Splits& splits, const at::Device& device, Exchange* ranks) {
  if (!ranks) return resolve(e, splits, device);
  if (e.loader.cache == CacheMode::device && ranks->size() > 1)
    throw Error(ExitCode::usage, "loader.cache=device keeps the pictures of one process, and each rank sees all of them in time",
                "set loader.cache to auto or decoded");
  Experiment pinned = e;
  std::optional<Setup> first;
  if (ranks->rank() == 0) first = resolve(e, splits, device);
  pinned.train.precision = ranks->decided_by_first(first && first->bfloat16) ? Precision::bfloat16 : Precision::float32;
  pinned.train.convolution = ranks->of_first(first ? first->kernels.convolution : "");
  Setup s = first ? std::move(*first) : resolve(pinned, splits, device);
  s.rank = ranks->rank();
  s.ranks = ranks->size();
  const bool wants_to_share = s.input.host_cache() == CacheMode::decoded;
  s.shared_pictures = share_pictures(wants_to_share ? PictureCache::shared_bytes(splits.train) : 0, *ranks);
  if (wants_to_share && !s.shared_pictures) {
    s.input = placed(s.experiment, splits, device, /*in_common=*/false);
    s.threads = place_threads(e.train, e.loader, device.is_cuda(), process_cpus().count(), s.input.cache);
  }
  return s;
}

Network seeded_network(const Setup& s, Exchange* ranks) {
  std::optional<RankStatistics> statistics;
  if (ranks && s.experiment.train.sync_batch_norm)
    statistics.emplace(RankStatistics{.gather = [ranks](const at::Tensor& t) { return ranks->gather_amid_step(t); },
                                      .sum = [ranks](at::Tensor& t) { ranks->sum_amid_step(t); }});
  const std::uint64_t seed = s.experiment.train.seed;
  at::manual_seed(seed + static_cast<std::uint64_t>(s.rank));  // dropout: each rank drops others
  return build_network(s.plan, seed, s.device, s.kernels.kernels, statistics);
}

Input input_of(const Setup& s, const Dataset& pictures) {
  const AugmentConfig& augment = s.experiment.augment;
  Input input{.preprocess = preprocess_of(augment)};
  if (s.input.augment_on_device) input.warp.emplace(augment, pictures.size, s.device);
  if (s.input.cache == CacheMode::device)
    input.store = at::empty({static_cast<std::int64_t>(pictures.count()), pictures.size.height, pictures.size.width, 3},
                            at::TensorOptions().dtype(at::kByte).device(s.device));
  return input;
}

TelemetryOptions watched(const at::Device& device) {
  TelemetryOptions options;
  if (device.is_cuda()) {
    options.gpu_index = device.index();
    options.gpu_pci_bus_id = pci_bus_id(device);
  }
  return options;
}

RunResult facts_of(const Setup& s, const Splits& splits) {
  RunResult r;
  stamp(r);
  r.experiment = s.experiment;
  r.config_hash = config_hash(s.experiment);
  r.data_hash = data_hash(splits);
  r.device = s.device.str();
  r.device_name = device_name(s.device);
  r.precision = s.bfloat16 ? "bfloat16" : "float32";
  r.libtorch = TORCH_VERSION;
  r.data_source = splits.source;
  r.data_warning = splits.warning;
  r.threads = s.threads.compute_threads;
  r.workers = s.threads.workers;
  r.cache = name_of(s.input.cache);
  r.auto_cache = name_of(s.input.auto_cache);
  r.augment_on = name_of(s.input.augment_on_device ? AugmentOn::device : AugmentOn::cpu);
  // libtorch's default: cuDNN convolutions multiply with 10 bits of mantissa, dense layers with 23.
  r.tf32 = s.device.is_cuda() && !s.bfloat16 && at::globalContext().allowTF32CuDNN();
  r.convolution = s.kernels.convolution;
  r.kernels = s.kernels.layers;
  r.n_params = s.plan.parameters();
  r.flops_per_image = s.plan.flops();
  r.class_names = splits.train.class_names;
  r.train_pictures = splits.train.count();
  r.validation_pictures = splits.validation.count();
  r.skipped = splits.train.skipped;
  r.skipped.insert(r.skipped.end(), splits.validation.skipped.begin(), splits.validation.skipped.end());
  return r;
}

}  // namespace cnnbench
