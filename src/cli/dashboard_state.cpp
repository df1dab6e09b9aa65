#include <algorithm>

#include "cnnbench/cli/dashboard.hpp"
#include "cnnbench/cli/train_view.hpp"
#include "cnnbench/core/safe_text.hpp"

namespace cnnbench {
namespace {

constexpr std::size_t most_samples = 512, most_epochs = 64, most_warnings = 16;  // more than a screen shows

void keep(std::vector<double>& samples, double value) {
  if (samples.size() == most_samples) samples.erase(samples.begin());
  samples.push_back(value);
}

void add(Phases& sum, const Phases& more) {
  sum.wall += more.wall;
  sum.data_wait += more.data_wait;
  sum.compute += more.compute;
  sum.evaluate += more.evaluate;
  sum.checkpoint += more.checkpoint;
  sum.output += more.output;
}

struct Taking {
  DashboardState& to;

  void operator()(const Started& s) const {
    to.started = s;
    to.started.device_name = safe_text(s.device_name);
  }

  void operator()(const EpochStarted& e) const { to.epoch = e; }

  void operator()(const Stepped& s) const {
    keep(to.speeds, speed_between(to.step, s));
    if (s.telemetry && s.telemetry->machine_cpu_pct) keep(to.cpu, *s.telemetry->machine_cpu_pct);
    if (s.telemetry && s.telemetry->gpu_util_pct) keep(to.gpu, *s.telemetry->gpu_util_pct);
    to.step = s;
    to.stages = s.stages;
    to.epoch_seconds = s.seconds;
  }

  void operator()(const Validating& v) const { to.validating = v; }

  void operator()(const EpochDone& e) const {
    // An epoch that was over before anything was reported.
    if (!to.step || to.step->epoch != e.row.epoch) keep(to.speeds, e.row.images_per_second);
    add(to.finished, e.row.seconds);
    to.epochs.push_back(e.row);
    if (to.epochs.size() > most_epochs) to.epochs.pop_front();
    if (e.best) to.best = e.row;
    to.stages = e.stages;
    to.epoch_seconds = 0;
    to.validating.reset();
  }

  void operator()(const Warned& w) const {
    to.warnings.push_back(safe_text(w.text));
    if (to.warnings.size() > most_warnings) to.warnings.pop_front();
  }
};

}  // namespace

void DashboardState::take(const Event& event) { std::visit(Taking{*this}, event); }

}  // namespace cnnbench
