// The whole loader, by workers and cache: pictures per second at the consumer, who does nothing with them. The CPU column is
// the whole process's: on a busy machine it says more than the time.
#include <benchmark/benchmark.h>

#include <cstring>

#include "cnnbench/core/random.hpp"
#include "cnnbench/pipeline/loader.hpp"
#include "usual_augmentation.hpp"

namespace cnnbench {
namespace {

// Pixels from a formula: what remains is the loader's own cost and the augmentation.
Dataset formula_pictures(std::size_t count, int side) {
  Dataset d;
  d.class_names = {"cat", "dog"};
  d.size = {side, side};
  for (std::size_t i = 0; i < count; ++i) {
    d.labels.push_back(static_cast<std::int64_t>(i % 2));
    d.names.push_back("formula");
  }
  d.fetch = [](std::size_t i, Bytes& out) {
    out.resize(sizeof(i));
    std::memcpy(out.data(), &i, sizeof(i));
  };
  d.decode = [](std::size_t i, std::span<const std::uint8_t>, ImageSpan out) {
    RandomStream random{i};
    for (std::size_t p = 0; p + 8 <= out.size.bytes(); p += 8) {
      const std::uint64_t eight = random.next();
      std::memcpy(out.pixels + p, &eight, 8);
    }
  };
  return d;
}

void run(benchmark::State& state, const Dataset& dataset, const AugmentConfig& config, LoaderOptions options) {
  const auto cache = std::make_shared<PictureCache>(dataset, options.cache);
  Loader loader(cache, config, options);
  for (std::uint64_t i = 0; i < loader.batches_per_pass(); ++i) benchmark::DoNotOptimize(loader.next());  // fills the cache
  const LoaderStats before = loader.stats();
  std::int64_t pictures = 0;
  for (auto _ : state) pictures += static_cast<std::int64_t>(loader.next()->count());
  const LoaderStats after = loader.stats();
  state.SetItemsProcessed(pictures);
  state.counters["worker_us_per_picture"] =
      (after.busy_seconds() - before.busy_seconds()) * 1e6 / static_cast<double>(after.pictures - before.pictures);
}

void loader_decoded_cache(benchmark::State& state) {
  const Dataset dataset = formula_pictures(2000, static_cast<int>(state.range(1)));
  run(state, dataset, shear_zoom_flip(),
      {.workers = static_cast<int>(state.range(0)), .batch_size = static_cast<int>(state.range(2)), .cache = CacheMode::decoded});
}

// No augmentation and tiny pictures: the loader's own cost per picture and batch.
void loader_overhead(benchmark::State& state) {
  const Dataset dataset = formula_pictures(2000, 8);
  run(state, dataset, {},
      {.workers = static_cast<int>(state.range(0)), .batch_size = static_cast<int>(state.range(1)), .cache = CacheMode::decoded});
}

BENCHMARK(loader_decoded_cache)
    ->ArgNames({"workers", "side", "batch"})
    ->ArgsProduct({{1, 2}, {64, 128}, {32, 128}})
    ->MeasureProcessCPUTime()
    ->UseRealTime();
BENCHMARK(loader_overhead)
    ->ArgNames({"workers", "batch"})
    ->ArgsProduct({{1, 2}, {32, 512}})
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace cnnbench
