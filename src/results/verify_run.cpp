// A run computed again from what it measured. What can be computed is; what can only be held within what the other fields allow is
// held there.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <map>

#include "cnnbench/config/interval.hpp"
#include "cnnbench/config/schedule.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/model/plan.hpp"
#include "cnnbench/pipeline/draw.hpp"
#include "cnnbench/pipeline/placement.hpp"
#include "cnnbench/results/run_result.hpp"
#include "cnnbench/results/stopped.hpp"
#include "provenance.hpp"
#include "upgrade.hpp"
#include "verify_parts.hpp"

namespace cnnbench::verifying {
namespace {

// Phases are differences of one clock; the loop between them is not free.
constexpr double allowed_rest = 0.01, allowed_rest_seconds = 0.01;
constexpr double rounding = 1e-6;  // of sums of clock readings, seconds and relative

using Faults = std::vector<std::string>;

bool at_most(double a, double b) { return a <= b + rounding * (1 + std::abs(b)); }

void check_phases(const Phases& p, const std::string& place, Faults& faults) {
  if (std::abs(p.rest()) > allowed_rest * p.wall + allowed_rest_seconds)
    faults.push_back(fmt::format("{}: the phases leave {:.3f} s of {:.3f} s unexplained", place, p.rest(), p.wall));
}

// An epoch's windows are a cut through it: nothing is left out or told twice.
void check_windows(const RunResult& r, Faults& faults) {
  std::map<int, SpeedWindow> sums;
  for (const SpeedWindow& w : r.windows) {
    SpeedWindow& sum = sums[w.epoch];
    sum.steps += w.steps;
    sum.pictures += w.pictures;
    sum.seconds += w.seconds;
    sum.data_wait += w.data_wait;
  }
  for (const EpochRow& row : r.epochs) {
    const SpeedWindow& sum = sums[row.epoch];
    const double busy = row.seconds.data_wait + row.seconds.compute, allowed = 1e-9 * (1 + busy);
    if (sum.steps != row.steps || sum.pictures != row.pictures || std::abs(sum.seconds - busy) > allowed ||
        std::abs(sum.data_wait - row.seconds.data_wait) > allowed)
      faults.push_back(fmt::format("/windows: those of epoch {} do not add up to it", row.epoch));
  }
  if (sums.size() != r.epochs.size()) faults.emplace_back("/windows: there are some of epochs that are not there");
}

std::uint64_t steps_of_a_pass(const RunResult& r) {
  const auto batch = static_cast<std::uint64_t>(std::max(1, r.experiment.loader.batch_size));
  return (r.train_pictures + batch - 1) / batch;
}

std::uint64_t steps_of_an_epoch(const RunResult& r) {
  const int asked = r.experiment.train.steps_per_epoch;
  return asked > 0 ? static_cast<std::uint64_t>(asked) : steps_of_a_pass(r);
}

// In the first `steps` batches: a pass's last one may be smaller.
std::uint64_t pictures_after(const RunResult& r, std::uint64_t steps) {
  const std::uint64_t pass = std::max<std::uint64_t>(1, steps_of_a_pass(r));
  return steps / pass * r.train_pictures +
         std::min(steps % pass * static_cast<std::uint64_t>(r.experiment.loader.batch_size), r.train_pictures);
}

// A share of so many pictures is a whole number of them.
void check_share(std::optional<double> share, std::uint64_t pictures, const std::string& place, Faults& faults) {
  if (!share || !std::isfinite(*share)) return;
  const double right = *share * static_cast<double>(pictures);
  if (std::abs(right - std::round(right)) > rounding)
    faults.push_back(fmt::format("{}: {} of {} pictures is no whole number of them", place, *share, pictures));
}

void check_epochs(const RunResult& r, Faults& faults) {
  const std::uint64_t whole = steps_of_an_epoch(r);
  for (std::size_t i = 0; i < r.epochs.size(); ++i) {
    const EpochRow& row = r.epochs[i];
    const std::string place = fmt::format("/epochs/{}", i);
    check_phases(row.seconds, place + "/seconds", faults);
    const bool cut = signal_in(r.stopped) && i + 1 == r.epochs.size();
    if (row.steps == 0 || row.steps > whole || (row.steps < whole && !cut))
      faults.push_back(fmt::format("{}/steps: says {}, an epoch has {}", place, row.steps, whole));
    check_share(row.accuracy, row.pictures, place + "/accuracy", faults);
    check_share(row.val_accuracy, r.validation_pictures, place + "/val_accuracy", faults);
  }
}

// When an epoch was validated lies between what came before and what came after.
void check_clock(const RunResult& r, Faults& faults) {
  double before = r.seconds.setup, after = r.seconds.wall;
  const std::vector<Resumed> resumed = r.resumed ? *r.resumed : std::vector<Resumed>{};
  for (const Resumed& again : resumed) before -= again.setup_seconds;  // what began later was no part of what came before it
  for (const EpochRow& row : r.epochs) {
    before -= row.seconds.setup;  // what was recorded amid an epoch is part of that
    after -= row.seconds.wall;
  }
  const auto interval = read_interval(r.experiment.train.checkpoint_every);
  const bool amid = interval && interval->unit != IntervalUnit::epochs;  // checkpoints come before validations, too
  const auto was_cut = [&](int epoch) {
    return std::any_of(resumed.begin(), resumed.end(), [&](const Resumed& again) { return again.epoch == epoch; });
  };
  for (std::size_t i = 0; i < r.epochs.size(); ++i) {
    const Phases& s = r.epochs[i].seconds;
    after += s.wall;
    for (const Resumed& again : resumed)
      if (again.epoch == r.epochs[i].epoch) before += again.setup_seconds;
    const double earliest = before + s.data_wait + s.compute + s.evaluate,
                 latest = after - (amid || was_cut(r.epochs[i].epoch) ? 0 : s.checkpoint);
    const double at = r.epochs[i].validated_at.value_or(latest);  // an older result does not say
    if (!at_most(earliest, at) || !at_most(at, latest))
      faults.push_back(
          fmt::format("/epochs/{}/validated_at: says {:.3f} s, it was between {:.3f} and {:.3f} s", i, at, earliest, latest));
    before += s.wall;
  }
  if (!at_most(before, r.seconds.wall)) faults.emplace_back("/seconds/wall: the epochs took longer");
}

void check_stages(const RunResult& r, Faults& faults) {
  double compute = 0;
  for (const EpochRow& row : counted_epochs(r)) compute += row.seconds.compute;
  const Stages& s = r.stages;
  const double step = s.copy.value_or(0) + s.forward.value_or(0) + s.backward.value_or(0) + s.optimizer.value_or(0);
  if (!at_most(step, compute))
    faults.push_back(fmt::format("/stages: the step's take {:.3f} s of {:.3f} s of steps", step, compute));
  const double loader = s.read + s.decode + s.augment;
  if (!at_most(loader, r.workers * r.seconds.wall))
    faults.push_back(
        fmt::format("/stages: the loader's take {:.3f} s of {} workers in {:.3f} s", loader, r.workers, r.seconds.wall));
  if ((r.device == "cpu") != s.forward.has_value()) faults.emplace_back("/stages: the step's are known on a CPU, and only there");
}

void check_stopped(const RunResult& r, Faults& faults) {
  const auto& train = r.experiment.train;
  const bool last = r.epochs.size() == static_cast<std::size_t>(std::max(0, train.epochs));
  const std::map<std::string, bool> possible{
      {"finished", last},
      {"target accuracy", r.seconds_to_target.has_value() || (train.target_accuracy > 0 && !r.epochs.empty())},
      {"early stop", train.early_stop_patience > 0},
      {"steady", r.steady.counts && r.steady.state == Settling::steady},
      {"not steady", r.steady.counts && r.steady.state != Settling::steady},
      {stopped_by_signal(SIGINT), true},
      {stopped_by_signal(SIGTERM), true},
      {stopped_by_signal(SIGHUP), true},
  };
  if (error_in(r.stopped) && !r.epochs.empty()) return;
  const auto found = possible.find(r.stopped);
  if (found == possible.end() || !found->second)
    faults.push_back(fmt::format("/stopped: says '{}', which does not fit the epochs and the config", r.stopped));
}

// What the config, the device and the build leave no choice about.
void check_facts(const RunResult& r, Faults& faults) {
  const bool cuda = r.device.starts_with("cuda"), tutorial = r.experiment.train.profile == Profile::tutorial;
  const CacheMode asked = r.experiment.loader.cache;
  if (!tutorial && asked != CacheMode::automatic && r.cache != name_of(asked))
    faults.push_back(fmt::format("/cache: says {}, the config asks for {}", r.cache, name_of(asked)));
  if (tutorial && r.cache != name_of(CacheMode::none)) faults.emplace_back("/cache: the tutorial's profile keeps nothing");
  if (r.graph && (!cuda || tutorial || r.experiment.train.graph == GraphMode::off)) faults.emplace_back("/graph: there was none");
  if (r.tf32 && (!cuda || r.precision != "float32")) faults.emplace_back("/tf32: only float32 on a GPU has it");
}

const Json* known(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

CacheMode cache_of(const std::string& name) {
  for (const auto& [mode, text] : EnumNames<CacheMode>::values)
    if (text == name) return mode;
  return CacheMode::none;
}

void recompute_network(RunResult& r, std::vector<std::string>& not_verifiable) {
  try {
    const Plan plan = plan_network(r.experiment.model, augmented_size(r.experiment.augment, r.experiment.data.image_size),
                                   static_cast<int>(r.class_names.size()));
    r.n_params = plan.parameters();
    r.flops_per_image = plan.flops();
  } catch (const Error&) {  // a network that this version does not know
    not_verifiable.insert(not_verifiable.end(), {"/n_params", "/flops_per_image"});
  }
}

void recompute_places(RunResult& r, std::vector<std::string>& not_verifiable, Faults& faults) {
  const bool cuda = r.device.starts_with("cuda");
  const Experiment& e = r.experiment;
  if (const Json* cores = known(r.machine, "cpus_usable"); cores && cores->is_number_integer()) {
    const Placement p = place_threads(e.train, e.loader, cuda, cores->get<int>(), cache_of(r.cache));
    r.threads = p.compute_threads;
    r.workers = p.workers;
  } else {
    not_verifiable.insert(not_verifiable.end(), {"/threads", "/workers"});
  }
  r.augment_on =
      name_of(e.train.profile != Profile::tutorial && (e.augment.on == AugmentOn::device || r.cache == "device") ? AugmentOn::device
                                                                                                                 : AugmentOn::cpu);
  if (e.train.precision != Precision::automatic) r.precision = name_of(e.train.precision);
  if (!cuda) {
    const Json* name = known(r.machine, "cpu_info");
    r.device_name = name && name->is_string() ? name->get<std::string>() : "CPU";
  } else if (const Json* gpus = known(r.machine, "gpus"); gpus && gpus->is_array()) {
    const bool there = std::any_of(gpus->begin(), gpus->end(), [&](const Json& gpu) {
      const Json* name = known(gpu, "name");
      return !name || *name == r.device_name;
    });
    if (!there) faults.push_back(fmt::format("/device_name: the machine has no {}", r.device_name));
  } else {
    not_verifiable.emplace_back("/device_name");
  }
}

RunResult recomputed(RunResult r, std::vector<std::string>& not_verifiable, Faults& faults) {
  const double steps_per_epoch = static_cast<double>(std::max<std::uint64_t>(1, steps_of_an_epoch(r)));
  std::uint64_t steps = 0;
  for (std::size_t i = 0; i < r.epochs.size(); ++i) {
    EpochRow& row = r.epochs[i];
    row.epoch = static_cast<int>(i) + 1;
    row.pictures = pictures_after(r, steps + row.steps) - pictures_after(r, steps);
    row.learning_rate =
        scheduled_rate(r.experiment, static_cast<double>(i) + (static_cast<double>(row.steps) - 1) / steps_per_epoch);
    steps += row.steps;
    summarize(row, r);
  }
  summarize(r);
  const std::vector<EpochRow> counted = counted_epochs(r);
  const std::string why = r.energy_missing.value_or("");
  r.energy_j.reset();
  r.images_per_j.reset();
  r.energy_method.reset();
  r.energy_missing.reset();
  add_energy(r, counted, why);
  r.stages.queue_wait = r.stages.evaluate = 0;
  for (const EpochRow& row : counted) {
    r.stages.queue_wait += row.seconds.data_wait;
    r.stages.evaluate += row.seconds.evaluate;
  }
  recompute_network(r, not_verifiable);
  recompute_places(r, not_verifiable, faults);
  r.verdict = judge(speed_figures(r), speed_settings(r));
  r.taints = taints_of(r);
  return r;
}

}  // namespace

Verified run(const Json& document, const std::string& source) {
  const Json stated = with_todays_names(document);
  Verified out{.source = source,
               .headline = {},
               .faults = {},
               .measured = fields_that_are(result_provenance(), Provenance::measured),
               .not_verifiable = fields_that_are(result_provenance(), Provenance::stated)};
  RunResult r;
  try {
    r = run_result_from_json(stated, source);
  } catch (const Error& e) {
    out.faults.emplace_back(e.what());
    return out;
  }
  RunResult sound = recomputed(r, out.not_verifiable, out.faults);
  if (stated["schema_version"] != result_schema_version) {  // what it lacks made these, by the rules of its time
    sound.verdict = r.verdict;
    sound.taints = r.taints;
    out.not_verifiable.insert(out.not_verifiable.end(), {"/verdict", "/taints"});
  }
  Json again = to_json(sound);
  again["schema_version"] = stated["schema_version"];
  again["config"] = stated["config"];  // an older one may lack keys of today
  again["config_hash"] = config_hash(stated["config"]);
  again["checksum"] = stated.value("checksum", Json());
  differences(stated, again, "", out.faults);
  check_phases(r.seconds, "/seconds", out.faults);
  check_epochs(r, out.faults);
  check_windows(r, out.faults);
  check_clock(r, out.faults);
  check_stages(r, out.faults);
  check_stopped(r, out.faults);
  check_facts(r, out.faults);
  out.headline =
      fmt::format("{:.1f} images/s from {}", sound.images_per_second,
                  sound.steady.counts && !sound.windows.empty()
                      ? fmt::format("{} of {} windows", sound.windows.size() - sound.steady.from_window, sound.windows.size())
                      : fmt::format("{} of {} epochs", counted_epochs(r).size(), r.epochs.size()));
  return out;
}

}  // namespace cnnbench::verifying
