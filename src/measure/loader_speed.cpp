#include "cnnbench/measure/loader_speed.hpp"

#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/usable.hpp"

namespace cnnbench {
namespace {

std::uint64_t one_pass(Loader& loader) {
  std::uint64_t pictures = 0;
  for (std::uint64_t i = 0; i < loader.batches_per_pass(); ++i) pictures += loader.next()->count();
  return pictures;
}

}  // namespace

LoaderSpeed measure_loader(const Dataset& dataset, const Experiment& e, double seconds) {
  if (e.loader.cache == CacheMode::device)
    throw Error(ExitCode::usage, "a loader by itself has no device to keep pictures on", "set loader.cache to decoded");
  const std::vector<int> cpus = process_cpus().cpus;
  LoaderSpeed speed{.workers = e.loader.workers > 0 ? e.loader.workers : process_cpus().count(),
                    .cache = choose_cache(e.loader.cache, cache_sizes(dataset), available_memory_bytes()),
                    .size = augmented_size(e.augment, dataset.size)};
  const PauseWatch pause_watch;
  const double begin = seconds_now();
  Loader loader(dataset, e.augment,
                {.workers = speed.workers,
                 .batch_size = e.loader.batch_size,
                 .max_queue_size = e.loader.max_queue_size,
                 .shuffle = e.loader.shuffle,
                 .seed = e.train.seed,
                 .cache = speed.cache,
                 .cpus = cpus});
  const std::uint64_t first = one_pass(loader);
  const double warm = seconds_now();
  speed.first_pass_ips = static_cast<double>(first) / (warm - begin);
  const LoaderStats before = loader.stats();
  do {
    speed.pictures += one_pass(loader);
    speed.seconds = seconds_now() - warm;
  } while (speed.seconds < seconds);
  const LoaderStats after = loader.stats();
  speed.pipeline_only_ips = static_cast<double>(speed.pictures) / speed.seconds;
  // Of what the workers did meanwhile, which a full queue can make a little more or less than what was taken.
  const auto per_picture = [made = static_cast<double>(after.pictures - before.pictures)](double of) {
    return made > 0 ? 1e6 * of / made : 0;
  };
  speed.read_us = per_picture(after.read_seconds - before.read_seconds);
  speed.decode_us = per_picture(after.decode_seconds - before.decode_seconds);
  speed.augment_us = per_picture(after.augment_seconds - before.augment_seconds);
  return speed;
}

}  // namespace cnnbench
