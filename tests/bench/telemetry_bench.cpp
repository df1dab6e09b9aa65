// What a sample costs, as CPU time, and that at four a second as a share of one core (the counter pct_of_a_core). The NVIDIA
// driver here is the tests' own, which answers at once: a real one adds its own time, which telemetry_cost_pct of a run shows.
#include "cnnbench/measure/telemetry.hpp"

#include <benchmark/benchmark.h>

#include "cnnbench/core/build_info.hpp"
#include "cnnbench/core/sha256.hpp"
#include "cnnbench/measure/machine.hpp"
#include "support/temporary_folder.hpp"

namespace {

using cnnbench::Telemetry;
using cnnbench::TelemetryOptions;

constexpr double samples_per_second = 4;

void take_samples(benchmark::State& state, TelemetryOptions options) {
  options.interval_seconds = 3600;
  double seconds = 0;
  options.clock = [&] { return seconds += 1 / samples_per_second; };  // so that the slow readings come as often as in a run
  Telemetry telemetry(options);
  const double before = telemetry.cost_seconds();
  for (auto _ : state) benchmark::DoNotOptimize(telemetry.window());
  const double each = (telemetry.cost_seconds() - before) / static_cast<double>(state.iterations());
  state.counters["cpu_us"] = 1e6 * each;
  state.counters["pct_of_a_core"] = 100 * each * samples_per_second;
}

void sample_cpu(benchmark::State& state) { take_samples(state, {}); }
void sample_cpu_and_gpu(benchmark::State& state) { take_samples(state, {.nvml_library = FAKE_NVML_LIBRARY, .gpu_index = 0}); }
// /proc/stat of 256 cores with the interrupts' long line; what the kernel takes to write it is not in this.
void sample_large_machine(benchmark::State& state) {
  const cnnbench::test::TemporaryFolder tree;
  std::string stat = "cpu  1 2 3 4 5 6 7 8 9 10\n", interrupts = "intr 123456789";
  for (int cpu = 0; cpu < 256; ++cpu)
    stat += "cpu" + std::to_string(cpu) + " 12345678 1234 1234567 123456789 12345 0 12345 0 0 0\n";
  for (int i = 0; i < 8000; ++i) interrupts += " 0";
  tree.put("proc/stat", stat + interrupts + "\nctxt 1\n");
  tree.put("proc/self/status", "Cpus_allowed_list:\t0-255\n");
  tree.put("proc/self/statm", "9 3 1 1 0 1 0\n");
  take_samples(state, {.root = tree.path()});
}
BENCHMARK(sample_large_machine)->Unit(benchmark::kMicrosecond);
BENCHMARK(sample_cpu)->Unit(benchmark::kMicrosecond);
BENCHMARK(sample_cpu_and_gpu)->Unit(benchmark::kMicrosecond);

void machine_record(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(cnnbench::machine_record());
}
BENCHMARK(machine_record)->Unit(benchmark::kMillisecond);

// The first call hashes, later ones know.
void binary_hash(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(cnnbench::binary_hash());
}
BENCHMARK(binary_hash)->Iterations(1)->Unit(benchmark::kMillisecond);

void sha256(benchmark::State& state) {
  const std::string bytes(1 << 20, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(cnnbench::sha256(bytes));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK(sha256)->Unit(benchmark::kMillisecond);

}  // namespace
