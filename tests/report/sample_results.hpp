// Small results with numbers that can be followed by eye: a CPU and a GPU, two networks, one run.
#pragma once

#include "cnnbench/results/load.hpp"

namespace cnnbench::report {

inline Row sample_row(const std::string& model, const std::string& device, int workers, int batch, std::vector<double> ips) {
  Row r;
  r.model = model;
  r.device = device;
  r.cpu_info = "Example CPU";
  if (device != "cpu") r.gpu_info = "Example GPU";
  r.hostname_hash = "0123456789abcdef";
  r.cpus_usable = 8;
  r.build_commit = "abcdef";
  r.libtorch = "2.11.0";
  r.precision = "float32";
  r.cache = "decoded";
  r.workers = workers;
  r.batch_size = batch;
  r.image_size = square(64);
  r.status = "ok";
  r.samples_ips = std::move(ips);
  r.verdict = device == "cpu" ? "compute-bound on cpu: so it is" : "input-bound: the GPU waits";
  summarize(r);
  return r;
}

inline NamedRun sample_run(const std::string& name) {
  NamedRun run{.name = name, .result = {}};
  RunResult& r = run.result;
  r.device = "cpu";
  r.device_name = "Example CPU";
  r.build_commit = "abcdef";
  r.libtorch = "2.11.0";
  r.precision = "float32";
  r.images_per_second = 47;
  r.machine = {{"hostname_hash", "0123456789abcdef"},
               {"cpu_info", "Example CPU"},
               {"cpus_usable", 8},
               {"kernel", "6.1"},
               {"cpu_governor", nullptr}};
  r.seconds = {.wall = 10, .setup = 1, .data_wait = 2, .compute = 6, .evaluate = 0.5, .checkpoint = 0.25, .output = 0.125};
  for (int i = 1; i <= 3; ++i) {
    EpochRow e{.epoch = i, .accuracy = 0.5 + 0.1 * i, .loss = 0.7 - 0.1 * i};
    if (i > 1) e.val_accuracy = 0.5 + 0.05 * i, e.val_loss = 0.7 - 0.05 * i;
    r.epochs.push_back(e);
    TelemetrySample sample{.seconds = i - 1.0};
    if (i > 1) sample.machine_cpu_pct = 90.0 + i;
    r.telemetry_series.push_back(sample);
  }
  r.taints = {"the machine was busy"};
  return run;
}

inline NamedRun sample_trained(const std::string& network, std::uint64_t seed, double final_accuracy, double best_accuracy) {
  NamedRun run = sample_run(network + "-seed" + std::to_string(seed));
  run.result.taints.clear();
  run.result.experiment.name = network;
  run.result.experiment.train.seed = static_cast<decltype(run.result.experiment.train.seed)>(seed);
  run.result.final_val_accuracy = final_accuracy;
  run.result.best_val_accuracy = best_accuracy;
  run.result.train_pictures = 2500;
  return run;
}

// Two networks with three seeds, one with one.
inline Results sample_ladder() {
  Results out;
  out.rows.push_back(sample_row("original", "cpu", 1, 32, {47}));
  for (const auto& [seed, accuracy] : {std::pair{1, 0.75}, std::pair{2, 0.77}, std::pair{3, 0.79}}) {
    out.runs.push_back(sample_trained("original", static_cast<std::uint64_t>(seed), accuracy, accuracy + 0.01));
    out.runs.push_back(sample_trained("improved", static_cast<std::uint64_t>(seed), accuracy + 0.1, accuracy + 0.125));
  }
  out.runs.push_back(sample_trained("dropout", 1, 0.8, 0.8));
  out.runs.back().result.taints = {"the machine was busy"};
  return out;
}

inline Results sample_results() {
  Results out;
  for (const int workers : {1, 2})
    for (const int batch : {32, 64})
      out.rows.push_back(
          sample_row("original", "cpu", workers, batch, {10.0 * workers + batch, 11.0 * workers + batch, 12.0 * workers + batch}));
  out.rows.push_back(sample_row("original", "cuda:0", 4, 64, {4000}));
  out.rows.back().taints = {"throttled"};
  out.rows.back().remedy = "loader.cache=decoded";
  out.rows.back().predicted_ips = 8000;
  out.rows.back().images_per_j = 12.5;
  out.rows.back().energy_j = 640;
  out.rows.back().pipeline_only_ips = 4100;
  out.rows.back().compute_only_ips = 9000;
  out.rows.push_back(sample_row("deep", "cuda:0", 4, 64, {300, 301, 302, 303}));
  out.rows.push_back(sample_row("deep", "cpu", 4, 64, {3, 3.25, 3.5, 3.75}));
  out.rows.back().read_us = 2;
  out.rows.back().decode_us = 30;
  out.rows.back().augment_us = 8;
  out.runs.push_back(sample_run("run-a"));
  return out;
}

}  // namespace cnnbench::report
