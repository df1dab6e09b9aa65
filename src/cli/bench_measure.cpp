#include "cnnbench/cli/bench_measure.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/cli/bench_cell.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/launch_words.hpp"
#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/random.hpp"
#include "cnnbench/measure/statistics.hpp"
#include "cnnbench/results/noise_floor.hpp"
#include "cnnbench/results/repetition.hpp"
#include "cnnbench/results/table_text.hpp"
#include "cnnbench/results/taint.hpp"

namespace cnnbench {

using Json = nlohmann::ordered_json;

void take_up(std::vector<Work>& cells, const BenchFile& file) {
  for (Work& work : cells) {
    for (const Row& row : file.finished())
      if (is_finished_in(work, row)) {
        work.row = row;
        work.finished = true;
      }
    for (const Json& sample : file.samples()) {
      const auto cell = sample.find("cell"), found = sample.find("sample"), seconds = sample.find("seconds");
      if (work.finished || cell == sample.end() || *cell != work.row.cell || found == sample.end() || !is_repetition(*found))
        continue;
      work.repetitions.push_back(*found);
      if (seconds != sample.end() && seconds->is_number()) work.seconds += seconds->get<double>();
    }
  }
}

RepetitionOptions how_to_repeat(const Work& work, const BenchOptions& options) {
  return {.timeout_seconds = options.timeout_seconds,
          .alone = !options.only_live,
          .library = options.library,
          .ranks = work.row.ranks,
          .launcher = work.row.ranks > 1 ? launch_words(options.launcher, work.row.ranks) : std::vector<std::string>{}};
}

std::string about_text(double seconds) {
  return seconds < 120 ? fmt::format("{:.0f} s", seconds) : fmt::format("{:.0f} min", seconds / 60);
}

namespace {

// Empty: go on.
std::string enough(const Work& work, const BenchOptions& options) {
  if (!work.repetitions.empty() && work.repetitions.back().contains("error")) return "error";
  if (static_cast<int>(work.repetitions.size()) >= options.repetitions) return "repetitions";
  if (options.time_limit_seconds > 0 && work.seconds >= options.time_limit_seconds) return "time";
  if (options.aa) return "";  // a noise floor wants all of them
  std::vector<double> speeds;
  for (const Json& r : work.repetitions) speeds.push_back(r["ips"]);
  return narrow_enough(speeds, options.interval_pct / 100) ? "interval" : "";
}

bool out_of_memory(const Work& work) { return !work.repetitions.empty() && work.repetitions.back().value("memory", false); }

// The same but for a larger batch would have no memory either.
bool larger_of(const Work& failed, const Work& other) {
  const auto without_batch = [](Json config) {
    config["loader"].erase("batch_size");
    return config;
  };
  return !other.finished && other.row.batch_size > failed.row.batch_size &&
         without_batch(other.row.config) == without_batch(failed.row.config);
}

// Before and after in turn, so that what the machine does meanwhile falls on both.
void check_remedy(Work& work, const BenchOptions& options) {
  Row& row = work.row;
  RepetitionOptions how = how_to_repeat(work, options);
  how.alone = how.library = false;
  const Experiment before = pinned(work.experiment, work.repetitions), after = changed(before, row.remedy);
  for (int i = 0; i < options.repetitions; ++i) {
    Console::get().redraw(fmt::format("{} - with {}: {} of {}", axes_label(row), row.remedy, i + 1, options.repetitions));
    // Whoever comes first has the cooler machine: in turn.
    Json before_sample, after_sample;
    if (i % 2 == 0) before_sample = repeat_cell(before, how);
    after_sample = repeat_cell(after, how);
    if (i % 2 == 1) before_sample = repeat_cell(before, how);
    for (const Json* sample : {&before_sample, &after_sample})
      if (sample->contains("error")) {
        row.taints.push_back(taint<Taint::remedy_not_measured>((*sample)["error"].get<std::string>()));
        return;
      }
    row.samples_before_remedy_ips.push_back(before_sample["ips"]);
    row.samples_remedy_ips.push_back(after_sample["ips"]);
  }
  summarize(row);
}

// How its figure came about.
std::string ended(const Row& row) {
  const std::string of = row.repetitions == 1 ? "one run" : fmt::format("median of {} runs", row.repetitions);
  if (row.stopped_by == "interval") return fmt::format(" ({}: the interval is narrow enough)", of);
  if (row.stopped_by == "time") return fmt::format(" ({}: --time-limit)", of);
  return fmt::format(" ({})", of);
}

void finish(Work& work, const std::string& stopped_by, const BenchOptions& options, BenchFile& file) {
  work.row.stopped_by = stopped_by;
  fold(work.row, work.repetitions);
  if (work.row.status == "ok") {
    if (const auto floor = known_noise_floor(work.row)) {
      work.row.noise_floor_pct = floor->pct;
      work.row.noise_floor_sessions = floor->sessions;
    }
    if (options.check_verdict && !work.row.remedy.empty()) check_remedy(work, options);
  }
  work.finished = true;
  file.add_row(work.row);
  const Row& r = work.row;
  Console::get().say(r.status == "ok" ? fmt::format("{}: {} images/s{}", axes_label(r), speed_text(r.median_ips), ended(r))
                                      : Console::safe(fmt::format("{}: {}: {}", axes_label(r), r.status, r.error)));
}

void prune_larger(const Work& failed, std::vector<Work>& cells, BenchFile& file) {
  for (Work& other : cells) {
    if (!larger_of(failed, other)) continue;
    other.row.status = "pruned";
    other.row.error = fmt::format("batch {} had no memory", failed.row.batch_size);
    other.finished = true;
    file.add_row(other.row);
  }
}

}  // namespace

void measure(std::vector<Work>& cells, const BenchOptions& options, BenchFile& file) {
  std::size_t done = 0;
  const double start = seconds_now();
  for (std::uint64_t round = 0;; ++round) {
    std::vector<Work*> open;
    for (Work& work : cells)
      if (!work.finished) open.push_back(&work);
    if (open.empty()) return;
    RandomStream random{options.order_seed, round};
    for (std::size_t i = open.size(); i > 1; --i) std::swap(open[i - 1], open[random.below(i)]);
    for (Work* work : open) {
      if (work->finished) continue;
      std::string stopped_by = work->row.status == "failed" ? "error" : enough(*work, options);
      if (stopped_by.empty()) {
        std::size_t left = 0;
        for (const Work& w : cells)
          if (!w.finished)
            left += static_cast<std::size_t>(options.repetitions) -
                    std::min(w.repetitions.size(), static_cast<std::size_t>(options.repetitions));
        const double each = done > 0 ? (seconds_now() - start) / static_cast<double>(done) : 0;
        // What matters first: a terminal cuts the line.
        Console::get().redraw(fmt::format("{}{} to go: {}, repetition {} of {}",
                                          done > 0 ? fmt::format("ETA {}, ", about_text(each * static_cast<double>(left))) : "",
                                          left, axes_label(work->row), work->repetitions.size() + 1, options.repetitions));
        const double before = seconds_now();
        work->repetitions.push_back(repeat_cell(pinned(work->experiment, work->repetitions), how_to_repeat(*work, options)));
        const double seconds = seconds_now() - before;
        work->seconds += seconds;
        ++done;
        file.add_sample({{"cell", work->row.cell}, {"seconds", seconds}, {"sample", work->repetitions.back()}});
        stopped_by = enough(*work, options);
      }
      if (stopped_by.empty()) continue;
      if (work->row.status == "failed") {  // the config itself
        work->finished = true;
        file.add_row(work->row);
        Console::get().say(Console::safe(fmt::format("{}: failed: {}", axes_label(work->row), work->row.error)));
        continue;
      }
      finish(*work, stopped_by, options, file);
      if (out_of_memory(*work)) prune_larger(*work, cells, file);
    }
  }
}

}  // namespace cnnbench
