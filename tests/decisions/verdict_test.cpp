// Issue 15, 8, 10 and 17: verdicts whose advice is right on a machine of which all is known. The machine is simulated: cores that
// are shared fairly among threads that compute and workers that make pictures, a queue between them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "cnnbench/results/judge.hpp"
#include "cnnbench/results/predict_gain.hpp"

namespace cnnbench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Machine {
  double cores, threads, workers;
  double network;          // seconds of a core for a picture
  double decode, augment;  // a worker's seconds of a core for a picture
  double disk = 0;         // a worker's seconds for a picture in which it holds no core
  double disturbed = 1;    // times as long for the network's work while a worker computes
};

struct Seen {
  double pictures = 0, seconds = 0, waiting = 0, worker_clock = 0, worker_cpu = 0, made = 0;
  double ips() const { return pictures / seconds; }
};

// Event by event: what each thread does goes on at the rate of its share of the cores until the next one has done.
Seen run(const Machine& m) {
  constexpr double batch = 16, queue = 10, batches = 400, warm = 100;
  constexpr double none = std::numeric_limits<double>::infinity();
  struct Worker {
    double disk = 0, cpu = 0;
    bool busy = false;
  };
  std::vector<Worker> workers(static_cast<std::size_t>(m.workers));
  double begun = 0, made = 0, taken = 0, network_left = 0;
  Seen seen;
  for (double done = 0; done < batches;) {
    for (Worker& w : workers)
      if (!w.busy && begun < taken + queue * batch) w = {m.disk, m.decode + m.augment, true}, ++begun;
    bool computing = network_left > 0;
    if (!computing && made >= taken + batch) taken += batch, network_left = batch * m.network, computing = true;
    double at_work = 0;
    for (const Worker& w : workers) at_work += w.busy && w.disk <= 0 ? 1 : 0;
    const double ready = at_work + (computing ? m.threads : 0), share = ready > 0 ? std::min(1.0, m.cores / ready) : 1;
    const double network_rate = m.threads * share / (at_work > 0 ? m.disturbed : 1);
    double next = computing ? network_left / network_rate : none;
    for (const Worker& w : workers)
      if (w.busy) next = std::min(next, w.disk > 0 ? w.disk : w.cpu / share);
    const bool counts = done >= warm;
    if (counts) seen.seconds += next, seen.waiting += computing ? 0 : next;
    if (computing) {
      network_left -= next * network_rate;
      if (network_left < 1e-12) network_left = 0, ++done, seen.pictures += counts ? batch : 0;
    }
    for (Worker& w : workers) {
      if (!w.busy) continue;
      if (counts) seen.worker_clock += next, seen.worker_cpu += w.disk > 0 ? 0 : next * share;
      (w.disk > 0 ? w.disk : w.cpu) -= next * (w.disk > 0 ? 1 : share);
      if (w.disk < 1e-12) w.disk = 0;
      if (w.disk <= 0 && w.cpu < 1e-12) w.busy = false, ++made, seen.made += counts ? 1 : 0;
    }
  }
  return seen;
}

SpeedFigures figures_of(const Machine& m, const Seen& s) {
  const double clock = s.worker_clock / s.made, stages = m.disk + m.decode + m.augment;
  return {.ips = s.ips(),
          .data_wait_pct = 100 * s.waiting / s.seconds,
          .counted_seconds = 60,
          .loader_ips = m.workers / clock,
          .network_ips = s.pictures / (s.seconds - s.waiting),
          .read_us = 1e6 * clock * m.disk / stages,
          .decode_us = 1e6 * clock * m.decode / stages,
          .augment_us = 1e6 * clock * m.augment / stages,
          .loader_core_pct = 100 * s.worker_cpu / s.made * s.ips() / m.cores};
}

SpeedSettings settings_of(const Machine& m) {
  return {.device = "cpu",
          .cores = static_cast<int>(m.cores),
          .threads = static_cast<int>(m.threads),
          .workers = static_cast<int>(m.workers),
          .cache = "none",
          .auto_cache = "decoded"};
}

Verdict verdict_on(const Machine& m) { return judge(figures_of(m, run(m)), settings_of(m)); }

// 20 % of two cores: with it gone, 1.25 times as fast. One worker delivers plenty.
constexpr Machine busy_fifth{.cores = 2, .threads = 2, .workers = 1, .network = 1.6e-3, .decode = 0.4e-3, .augment = 1e-9};

TEST(VerdictOnTheCpu, ComputeBoundBesideALoaderOfAFifthOfTheCoresNamesTheCacheAndItsGain) {
  const Verdict v = verdict_on(busy_fifth);
  EXPECT_EQ(v.bound, Bound::compute);
  EXPECT_NEAR(*v.loader_core_pct, 20, 1);
  EXPECT_THAT(v.text, HasSubstr("with 20 % of the cores"));
  EXPECT_EQ(v.remedy, "loader.cache=decoded");
  EXPECT_NEAR(*v.predicted_gain, 1.25, 0.02);
  EXPECT_THAT(v.text, HasSubstr("; loader.cache=decoded would give about 1.2"));
}

// Known answers: what the same machine really does with the remedy.
TEST(VerdictOnTheCpu, ThePredictedGainIsWhatTheMachineThenDoes) {
  const std::vector<Machine> machines{
      busy_fifth,
      {.cores = 2, .threads = 2, .workers = 1, .network = 1e-3, .decode = 1.5e-3, .augment = 0.5e-3},  // one worker is too few
      {.cores = 2, .threads = 2, .workers = 2, .network = 1e-3, .decode = 3e-3, .augment = 1e-3},      // and so are two
      {.cores = 2, .threads = 2, .workers = 2, .network = 4e-3, .decode = 1e-3, .augment = 0.2e-3},
      {.cores = 8, .threads = 8, .workers = 2, .network = 4e-3, .decode = 3e-3, .augment = 0.5e-3},
      {.cores = 8, .threads = 4, .workers = 2, .network = 4e-3, .decode = 3e-3, .augment = 0.5e-3},  // no core is shared
      {.cores = 64, .threads = 64, .workers = 4, .network = 40e-3, .decode = 6e-3, .augment = 0.5e-3},
  };
  for (const Machine& m : machines) {
    const std::string which =
        ::testing::PrintToString(m.cores) + " cores, " + ::testing::PrintToString(m.decode) + " s of decoding";
    const Seen before = run(m);
    const SpeedFigures figures = figures_of(m, before);
    SpeedSettings without_cache = settings_of(m);
    without_cache.auto_cache = "none";
    const auto best = best_remedy(figures, settings_of(m)), workers = best_remedy(figures, without_cache);
    // Where workers promise more than the cache, the cache is not what is named.
    const auto cache = best && best->set == "loader.cache=decoded" ? best : std::nullopt;
    Machine cached = m;
    cached.decode = 0;
    const double cache_gain = run(cached).ips() / before.ips();
    if (cache) {
      EXPECT_NEAR(cache->gain / cache_gain, 1, 0.04) << which;
    } else {
      EXPECT_LT(cache_gain, std::max(worthwhile_gain, best ? best->gain : 0) * 1.02) << which;
    }
    if (workers) {
      Machine more = m;
      more.workers = std::stod(workers->set.substr(workers->set.find('=') + 1));
      EXPECT_NEAR(workers->gain / (run(more).ips() / before.ips()), 1, 0.04) << which << ", " << workers->set;
    } else {
      Machine all = m;
      all.workers = m.cores;
      EXPECT_LT(run(all).ips() / before.ips(), worthwhile_gain + 0.02) << which;
    }
  }
}

// Three threads on two cores: the two that compute wait for each other at the end of each operation. The network measured alone
// tells that loss from the network's own work; without that measurement the gain is stated too low, never too high.
TEST(VerdictOnTheCpu, WhatTheNetworkLosesToWorkersComesBackWithThem) {
  for (const Machine& m :
       {Machine{.cores = 2, .threads = 2, .workers = 1, .network = 0.5e-3, .decode = 0.24e-3, .augment = 0.02e-3, .disturbed = 1.8},
        Machine{.cores = 2, .threads = 2, .workers = 1, .network = 1e-3, .decode = 0.2e-3, .augment = 0.1e-3, .disturbed = 1.5},
        Machine{.cores = 8, .threads = 8, .workers = 2, .network = 4e-3, .decode = 1e-3, .augment = 0.2e-3, .disturbed = 1.4}}) {
    const Seen before = run(m);
    Machine cached = m;
    cached.decode = 0;
    const double gain = run(cached).ips() / before.ips();
    SpeedFigures figures = figures_of(m, before);
    const auto without = best_remedy(figures, settings_of(m));
    figures.compute_only_ips = std::min(m.threads, m.cores) / m.network;
    const auto with = best_remedy(figures, settings_of(m));
    ASSERT_TRUE(with);
    EXPECT_EQ(with->set, "loader.cache=decoded");
    EXPECT_NEAR(with->gain / gain, 1, 0.06) << m.network;
    EXPECT_LT(without ? without->gain : 1, 0.9 * gain) << m.network;
  }
}

// The fused backend halves a worker's augmenting, on the simulated machine too.
TEST(VerdictOnTheCpu, TheFusedBackendsPredictedGainIsWhatTheMachineThenDoes) {
  for (const Machine& m : {Machine{.cores = 2, .threads = 2, .workers = 1, .network = 0.5e-3, .decode = 0, .augment = 0.8e-3},
                           Machine{.cores = 2, .threads = 2, .workers = 2, .network = 1e-3, .decode = 0.5e-3, .augment = 2e-3},
                           Machine{.cores = 8, .threads = 8, .workers = 2, .network = 2e-3, .decode = 0.2e-3, .augment = 1e-3}}) {
    Machine all = m;
    all.workers = m.cores;  // more of them cannot be advised
    SpeedSettings settings = settings_of(all);
    settings.auto_cache = "none";
    const Seen seen = run(all);
    settings.fused_share = 0.5;
    const auto remedy = best_remedy(figures_of(all, seen), settings);
    Machine fused = all;
    fused.augment /= 2;
    const double gain = run(fused).ips() / seen.ips();
    ASSERT_TRUE(remedy) << m.augment;
    EXPECT_EQ(remedy->set, "augment.backend=fused");
    EXPECT_NEAR(remedy->gain / gain, 1, 0.04) << m.augment;
    settings.fused_share = 1;
    const auto none = best_remedy(figures_of(all, seen), settings);
    EXPECT_FALSE(none && none->set == "augment.backend=fused");
  }
}

TEST(Remedy, FusedIsForPicturesThatWorkersWarpWithOpencv) {
  Experiment e;
  EXPECT_EQ(fused_share_of(e, "cpu"), 1) << "nothing is warped";
  e.augment.horizontal_flip = true;
  EXPECT_EQ(fused_share_of(e, "cpu"), 1) << "flips are copies with either";
  e.augment.zoom = 0.2;
  EXPECT_EQ(fused_share_of(e, "cpu"), fused_over_opencv);
  EXPECT_EQ(fused_share_of(e, "device"), 1);
  e.augment.backend = AugmentBackend::fused;
  EXPECT_EQ(fused_share_of(e, "cpu"), 1);
}

TEST(VerdictOnTheCpu, ADiskIsNoWorkOfTheCores) {
  const Machine m{.cores = 4, .threads = 2, .workers = 1, .network = 1e-3, .decode = 0.5e-3, .augment = 0.2e-3, .disk = 2e-3};
  const Seen before = run(m);
  const Verdict v = judge(figures_of(m, before), settings_of(m));
  EXPECT_EQ(v.bound, Bound::input);
  Machine cached = m;
  cached.decode = cached.disk = 0;
  EXPECT_EQ(v.remedy, "loader.cache=decoded");
  EXPECT_NEAR(*v.predicted_gain / (run(cached).ips() / before.ips()), 1, 0.05);
}

TEST(VerdictOnTheCpu, NothingIsNamedThatIsInForceOrImpossible) {
  const Machine m{.cores = 2, .threads = 2, .workers = 2, .network = 1e-3, .decode = 3e-3, .augment = 1e-3};
  const SpeedFigures figures = figures_of(m, run(m));
  SpeedSettings full = settings_of(m);
  full.auto_cache = "none";  // no cache fits, and every core has its worker
  EXPECT_EQ(judge(figures, full).bound, Bound::input);
  EXPECT_EQ(judge(figures, full).remedy, "");
  EXPECT_THAT(judge(figures, full).text, Not(HasSubstr("would")));
  SpeedSettings cached = settings_of(m);
  cached.cache = "decoded";
  EXPECT_EQ(judge(figures, cached).remedy, "");
}

// No measurement of this result says anything of it: no advice about it.
TEST(VerdictOnTheCpu, PrecisionBatchAndDeviceAreNoAdvice) {
  for (const char* word : {"bfloat16", "precision", "batch", "faster device", "GPU"})
    EXPECT_THAT(verdict_on(busy_fifth).text, Not(HasSubstr(word)));
}

TEST(Verdict, MillisecondsTellNothing) {
  SpeedFigures f = figures_of(busy_fifth, run(busy_fifth));
  f.counted_seconds = 0.005;
  const Verdict v = judge(f, settings_of(busy_fifth));
  EXPECT_EQ(v.bound, Bound::unknown);
  EXPECT_EQ(v.text, "unknown: too little was trained to tell");
  EXPECT_EQ(v.remedy, "");
}

// Ranks that compute as fast as alone and wait a quarter of the time for each other are told that, and no setting as a remedy.
TEST(VerdictOfRanks, IsCommunicationFromATenthOfTheTimeOn) {
  SpeedFigures f{.ips = 750, .counted_seconds = 10, .loader_ips = 5000, .network_ips = 750};
  const SpeedSettings s{
      .device = "cpu", .cores = 1, .threads = 1, .workers = 1, .ranks = 4, .cache = "none", .auto_cache = "decoded"};
  f.exchange_wait_pct = 25;
  const Verdict v = judge(f, s);
  EXPECT_EQ(v.bound, Bound::communication);
  EXPECT_EQ(
      v.text,
      "communication-bound: 4 ranks wait 25 % of the time for each other's gradients; without that wait they would take 1,000 "
      "images/s, the loaders could deliver 5,000 images/s");
  EXPECT_EQ(v.remedy, "");
  EXPECT_EQ(v.exchange_wait_pct, 25);
  f.exchange_wait_pct = 9;
  EXPECT_EQ(judge(f, s).bound, Bound::compute);
  f.data_wait_pct = 30;
  f.exchange_wait_pct = 25;
  EXPECT_EQ(judge(f, s).bound, Bound::input);  // no batch, no gradients
}

// On a GPU: who stands still for whom.
struct GpuCase {
  double wait, host_waits, copies;
  std::optional<double> util;
  Bound bound;
};

TEST(VerdictOnAGpu, IsInputHostCopiesOrCompute) {
  for (const GpuCase& c : {GpuCase{60, 30, 0, 40.0, Bound::input},       // no batch is ready
                           GpuCase{0, 1, 0, 35.0, Bound::host},          // launches: the host is never ahead, the GPU idles
                           GpuCase{0, 1, 0, std::nullopt, Bound::host},  // without NVML too
                           GpuCase{0, 2, 0, 97.0, Bound::compute},       // host and GPU are as fast as each other: the GPU is full
                           GpuCase{0, 70, 40, 60.0, Bound::copies},      // pictures on their way
                           GpuCase{1, 80, 2, 95.0, Bound::compute}}) {
    const SpeedFigures f{.ips = 900,
                         .data_wait_pct = c.wait,
                         .counted_seconds = 10,
                         .loader_ips = c.bound == Bound::input ? 1000.0 : 5000.0,
                         .network_ips = 1000,
                         .device_wait_pct = c.host_waits,
                         .copy_wait_pct = c.copies,
                         .gpu_util_pct = c.util};
    EXPECT_EQ(judge(f, {.device = "cuda:0", .cores = 16, .threads = 16, .workers = 15, .cache = "decoded", .auto_cache = "decoded"})
                  .bound,
              c.bound)
        << c.wait << " " << c.host_waits << " " << c.copies;
  }
}

TEST(VerdictOnAGpu, LaunchesAreAnsweredWithAGraphNotAFasterGpu) {
  const SpeedFigures f{.ips = 900,
                       .counted_seconds = 10,
                       .loader_ips = 9000,
                       .network_ips = 900,
                       .device_wait_pct = 0.5,
                       .copy_wait_pct = 0,
                       .gpu_util_pct = 25};
  SpeedSettings s{.device = "cuda:0",
                  .cores = 16,
                  .threads = 16,
                  .workers = 15,
                  .cache = "decoded",
                  .auto_cache = "decoded",
                  .graph_is_off = true};
  const Verdict v = judge(f, s);
  EXPECT_EQ(v.bound, Bound::host);
  EXPECT_EQ(v.remedy, "train.graph=on");
  EXPECT_NEAR(*v.predicted_gain, 4, 1e-9);
  s.graph_is_off = false;  // it is a graph already, or cannot be one
  EXPECT_EQ(judge(f, s).remedy, "");
  EXPECT_THAT(judge(f, s).text, HasSubstr("host-bound on cuda:0: the host issues 900 images/s"));
}

TEST(VerdictOnAGpu, AStarvingOneGetsItsCacheOrWorkersWithTheGain) {
  SpeedFigures f{.ips = 4000,
                 .data_wait_pct = 92,
                 .counted_seconds = 10,
                 .loader_ips = 4000,
                 .network_ips = 50000,
                 .read_us = 50,
                 .decode_us = 350,
                 .augment_us = 100,
                 .device_wait_pct = 8,
                 .copy_wait_pct = 0};
  SpeedSettings s{.device = "cuda:0", .cores = 4, .threads = 4, .workers = 2, .cache = "none", .auto_cache = "decoded"};
  EXPECT_EQ(judge(f, s).remedy, "loader.cache=decoded");
  EXPECT_NEAR(*judge(f, s).predicted_gain, 5, 1e-9);  // 100 us instead of 500
  s.auto_cache = "none";
  EXPECT_EQ(judge(f, s).remedy, "loader.workers=3");  // one core feeds the GPU
  EXPECT_NEAR(*judge(f, s).predicted_gain, 1.5, 1e-9);
}

}  // namespace
}  // namespace cnnbench
