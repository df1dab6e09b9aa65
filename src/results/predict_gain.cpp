#include "cnnbench/results/predict_gain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "cnnbench/pipeline/operations.hpp"
#include "cnnbench/results/judge.hpp"

namespace cnnbench {
namespace {

// Fewer workers that give nearly as much are the better advice.
constexpr double nearly_all = 0.99;

// Seconds per picture.
struct Worker {
  double cpu = 0, blocked = 0;  // l and d
  double seconds(double share) const { return cpu / share + blocked; }
};

struct SharedCores {
  double cores, threads;
  double beside(double workers) const { return std::min(1.0, cores / (threads + workers)); }  // r
  double alone(double workers) const { return std::min(1.0, cores / workers); }
  double widest() const { return std::min(threads, cores); }

  double seconds_per_picture(double network, const Worker& worker, double workers) const {
    const double computing = network / (threads * beside(workers));
    const double made = workers * computing / worker.seconds(beside(workers));  // pictures meanwhile
    if (made >= 1) return std::max(network / widest(), (network + worker.cpu) / cores);
    return computing + (1 - made) * worker.seconds(alone(workers)) / workers;
  }

  // n, from the seconds that a picture's steps took while workers took their share.
  double network_seconds(double computing, double waiting, const Worker& worker, double workers) const {
    const double made_in_wait = std::min(1.0, waiting * workers / worker.seconds(alone(workers)));
    const double taken = worker.cpu * (1 - made_in_wait);
    return std::max(std::min(widest() * computing, cores * computing - taken), 0.05 * widest() * computing);
  }
};

struct Model {
  Worker worker;
  std::function<double(const Worker&, double workers)> seconds;  // per picture
};

double clock_seconds(const SpeedFigures& f) { return 1e-6 * (*f.read_us + *f.decode_us + *f.augment_us); }

std::optional<Model> model_of(const SpeedFigures& f, const SpeedSettings& s) {
  const auto is_speed = [](double ips) { return std::isfinite(ips) && ips > 0; };
  const double wait = std::clamp(f.data_wait_pct / 100, 0.0, 1.0);
  if (!is_speed(f.ips) || !is_speed(f.network_ips) || !std::isfinite(f.data_wait_pct) || wait >= 1) return std::nullopt;
  if (!f.read_us || !f.decode_us || !f.augment_us || s.workers < 1 || s.cores < 1) return std::nullopt;
  const double clock = clock_seconds(f), waiting = wait / f.ips, computing = (1 - wait) / f.ips;
  if (!(clock > 0)) return std::nullopt;
  if (s.device.starts_with("cuda"))
    return Model{{.cpu = clock},
                 [computing](const Worker& w, double workers) { return std::max(computing, w.seconds(1) / workers); }};
  if (!f.loader_core_pct || s.threads < 1) return std::nullopt;
  const SharedCores shared{static_cast<double>(s.cores), static_cast<double>(s.threads)};
  const double workers = s.workers;
  Worker worker{.cpu = std::min(clock, *f.loader_core_pct / 100 * shared.cores / f.ips)};
  worker.blocked = std::max(0.0, clock - worker.cpu / shared.beside(workers));
  const double network = shared.network_seconds(computing, waiting, worker, workers);
  const bool measured_alone = f.compute_only_ips && is_speed(*f.compute_only_ips);
  const double alone = measured_alone ? std::min(network, shared.widest() / *f.compute_only_ips) : network;
  return Model{worker, [shared, alone, lost = network - alone, now = worker.cpu](const Worker& w, double count) {
                 return shared.seconds_per_picture(alone + (now > 0 ? lost * w.cpu / now : 0), w, count);
               }};
}

// A worker that neither reads nor decodes, or does not read. Blocked is who reads.
Worker without(const Worker& w, const SpeedFigures& f, bool decoding) {
  const double left = 1e-6 * (*f.augment_us + (decoding ? 0 : *f.decode_us));
  const double computed = std::max(clock_seconds(f) - w.blocked, left);
  return {.cpu = computed > 0 ? w.cpu * left / computed : 0, .blocked = 0};
}

Worker with_fused(const Worker& w, const SpeedFigures& f, double share) {
  const double saved = 1e-6 * *f.augment_us * (1 - share), computed = std::max(clock_seconds(f) - w.blocked, 1e-6 * *f.augment_us);
  return {.cpu = computed > 0 ? w.cpu * (computed - saved) / computed : w.cpu, .blocked = w.blocked};
}

std::string cache_that_fits(const SpeedSettings& s) {
  if ((s.cache == "none" || s.cache == "encoded") && (s.auto_cache == "decoded" || s.auto_cache == "device")) return "decoded";
  return s.cache == "none" && s.auto_cache == "encoded" ? "encoded" : "";
}

}  // namespace

double fused_share_of(const Experiment& e, const std::string& augment_on) {
  const bool warps = augment_on == "cpu" && e.augment.backend == AugmentBackend::opencv && interpolates(e.augment);
  return warps ? fused_over_opencv : 1;
}

std::optional<Remedy> best_remedy(const SpeedFigures& f, const SpeedSettings& s) {
  std::optional<Remedy> best;
  const auto consider = [&best](const std::string& set, double gain) {
    if (std::isfinite(gain) && gain >= worthwhile_gain && (!best || gain > best->gain)) best = Remedy{set, gain};
  };
  const bool cuda = s.device.starts_with("cuda");
  if (cuda && s.graph_is_off && bound_of(f, s) == Bound::host && f.gpu_util_pct && *f.gpu_util_pct > 0)
    consider("train.graph=on", 100 / *f.gpu_util_pct);
  const auto model = model_of(f, s);
  if (!model) return best;
  const auto gain = [&, now = model->seconds(model->worker, s.workers)](const Worker& w, int workers) {
    return now / model->seconds(w, workers);
  };
  if (const std::string cache = cache_that_fits(s); !cache.empty())
    consider("loader.cache=" + cache, gain(without(model->worker, f, cache == "decoded"), s.workers));
  if (s.fused_share < 1) consider("augment.backend=fused", gain(with_fused(model->worker, f, s.fused_share), s.workers));
  const int most = std::max(cuda ? s.cores - 1 : s.cores, 1);
  double largest = 0;
  for (int workers = s.workers + 1; workers <= most; ++workers) largest = std::max(largest, gain(model->worker, workers));
  for (int workers = s.workers + 1; workers <= most; ++workers)
    if (const double g = gain(model->worker, workers); g >= nearly_all * largest) {
      consider(fmt::format("loader.workers={}", workers), g);
      break;
    }
  return best;
}

}  // namespace cnnbench
