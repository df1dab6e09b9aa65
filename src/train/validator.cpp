#include "train/validator.hpp"

#include <algorithm>

#include "cnnbench/core/usable.hpp"
#include "step/feeder.hpp"

namespace cnnbench {

Validator::Validator(const Setup& s, const Dataset& pictures, const std::optional<c10::Stream>& copies)
    : setup_(s),
      copies_(copies),
      count_(pictures.count()),
      cache_(std::make_shared<PictureCache>(pictures, s.input.cache == CacheMode::device ? CacheMode::decoded : s.input.cache)) {}

Totals Validator::evaluate(Learner& learner, const std::function<void(std::uint64_t, std::uint64_t)>& done) {
  const LoaderConfig& loader_config = setup_.experiment.loader;
  const auto batch_size = static_cast<std::uint64_t>(loader_config.batch_size);
  const std::uint64_t batches = (count_ + batch_size - 1) / batch_size;
  const LoaderOptions options{
      .workers = std::max(setup_.threads.workers, setup_.device.is_cpu() ? setup_.threads.compute_threads : 1),
      .batch_size = loader_config.batch_size,
      .max_queue_size = loader_config.max_queue_size,
      .shuffle = false,
      .augment = false,
      .rank = setup_.rank,
      .ranks = setup_.ranks,
      .seed = setup_.experiment.train.seed,
      .last_batch = batches,
      .cache = cache_->mode(),
      .cpus = process_cpus().cpus};
  const AveragedWeights averaged = learner.averaged();
  Loader loader(cache_, setup_.experiment.augment, options, slots_for(setup_.device));
  Feeder feeder(loader, setup_.device, {.copies = copies_});
  Steps& steps = learner.steps();
  steps.reset();
  std::uint64_t step = 0;
  while (const std::optional<DeviceBatch> batch = feeder.next()) {
    steps.evaluate(*batch);
    feeder.done();
    done(++step, batches);
  }
  feeder.synchronize();
  return steps.totals_of_all();
}

}  // namespace cnnbench
