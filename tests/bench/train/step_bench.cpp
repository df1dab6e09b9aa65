// The training step alone, by network, precision and batch size: pictures per second. Rounds of all cells in turn
// (--benchmark_enable_random_interleaving --benchmark_repetitions=5) say more than one.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>

#include "cnnbench/cli/environment.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/core/usable.hpp"
#include "cnnbench/pipeline/draw.hpp"
#include "kernels/devices.hpp"
#include "step/step.hpp"

namespace cnnbench {
namespace {

void step(benchmark::State& state, const std::string& config, bool bfloat16) {
  set_compute_threads(process_cpus().count());
  const Experiment e = load_experiment(find_config(config), {});
  const ImageSize size = augmented_size(e.augment, e.data.image_size);
  const int classes = config == "cifar10" ? 10 : 2;
  const Network network = build_network(plan_network(e.model, size, classes), 1, at::kCPU);
  Steps steps(network, {.preprocess = preprocess_of(e.augment)}, bfloat16);
  Optimizer optimizer(network.parameters, e.train);
  const std::int64_t n = state.range(0);
  const DeviceBatch batch{.pixels = at::randint(0, 256, {n, size.height, size.width, 3}, at::kByte),
                          .labels = at::randint(0, classes, {n}, at::kLong),
                          .draws = {},
                          .indices = {}};
  for (int i = 0; i < 3; ++i) steps.train(batch, optimizer);
  for (auto _ : state) steps.train(batch, optimizer);
  state.SetItemsProcessed(state.iterations() * n);
}

void register_all() {
  for (const char* config : {"catdog_original", "catdog_improved", "cifar10"})
    for (const bool bfloat16 : {false, true})
      benchmark::RegisterBenchmark((std::string("step/") + config + (bfloat16 ? "/bfloat16" : "/float32")).c_str(), step,
                                   std::string(config), bfloat16)
          ->ArgName("batch")
          ->Arg(32)
          ->Arg(128)
          ->MeasureProcessCPUTime()
          ->UseRealTime();
}

}  // namespace
}  // namespace cnnbench

int main(int argc, char** argv) {
  // The allocator's settings and thread binding, as in the program; libgomp is here already and reads them when it starts.
  cnnbench::prepare_process();
  if (!std::getenv("CNNBENCH_BENCH_AGAIN")) {
    setenv("CNNBENCH_BENCH_AGAIN", "1", 1);
    execv("/proc/self/exe", argv);
  }
  benchmark::Initialize(&argc, argv);
  cnnbench::register_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
