// What follows the loader's augmentation on the CPU, on one thread: the CIFAR tutorial's brightness and contrast in floats.
#include <benchmark/benchmark.h>

#include "cnnbench/pipeline/draw.hpp"
#include "step/preprocess.hpp"

namespace cnnbench {
namespace {

void prepare_jitter(benchmark::State& state) {
  at::set_num_threads(1);
  const at::InferenceMode no_grad;
  constexpr int count = 128, side = 24;
  const AugmentConfig config{.crop = side, .brightness_delta = 63, .contrast = Range{0.2, 1.8}};
  const Preprocess preprocess = preprocess_of(config);
  const at::Tensor pixels = at::randint(0, 256, {count, side, side, 3}, at::kByte),
                   rows = at::empty({count, draw_columns()}, at::kFloat);
  std::vector<Draw> draws;
  for (std::uint64_t i = 0; i < count; ++i) draws.push_back(draw(config, {32, 32}, {1, 2, i}));
  for (auto _ : state) {
    write_draws(draws, rows.data_ptr<float>());
    benchmark::DoNotOptimize(prepare(pixels, preprocess, rows));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * count);
}
BENCHMARK(prepare_jitter);

}  // namespace
}  // namespace cnnbench
