#include "cnnbench/results/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/core/json_text.hpp"
#include "cnnbench/measure/effect.hpp"
#include "cnnbench/results/disturbance.hpp"
#include "cnnbench/results/machines.hpp"
#include "cnnbench/results/table_text.hpp"
#include "pairing.hpp"

namespace cnnbench {
namespace {

std::string word(const std::optional<std::string>& text) { return text.value_or("unknown"); }
std::string word(const std::string& text) { return text.empty() ? "unknown" : text; }
std::string word(int number) { return std::to_string(number); }
std::string word(bool yes) { return yes ? "yes" : "no"; }

std::string host(const Row& row) { return row.hostname_hash ? row.hostname_hash->substr(0, 6) : "unknown"; }

// What ran may differ where the same was asked for: "auto" here and there, another machine, another build.
std::vector<std::string> differing_facts(const Row& a, const Row& b) {
  std::vector<std::string> out;
  const auto fact = [&](const char* name, const auto& x, const auto& y) {
    if (x != y) out.push_back(fmt::format("{}: {}, {}", name, word(x), word(y)));
  };
  fact("build", a.build_commit, b.build_commit);
  fact("libtorch", a.libtorch, b.libtorch);
  if (a.hostname_hash != b.hostname_hash) out.push_back(fmt::format("machine: {}, {}", host(a), host(b)));
  fact("processor", a.cpu_info, b.cpu_info);
  fact("usable cores", a.cpus_usable, b.cpus_usable);
  fact("GPU", a.gpu_info, b.gpu_info);
  fact("precision", a.precision, b.precision);
  if (!a.convolution.empty() && !b.convolution.empty()) fact("our own operations", a.convolution, b.convolution);
  fact("ranks", a.ranks, b.ranks);
  fact("threads", a.threads, b.threads);
  fact("workers", a.workers, b.workers);
  fact("cache", a.cache, b.cache);
  fact("augmentation on", a.augment_on, b.augment_on);
  fact("CUDA graph", a.graph, b.graph);
  if (a.data_hash != b.data_hash) out.emplace_back(a.data_hash && b.data_hash ? "pictures" : "pictures: not known of both");
  const std::vector<ReadTaint> ours = facts_of(a.taints), theirs = facts_of(b.taints);
  for (const auto& [side, has, other] : {std::tuple{"base", &ours, &theirs}, std::tuple{"new", &theirs, &ours}})
    for (const ReadTaint& fact : *has)
      if (std::none_of(other->begin(), other->end(), [&fact = fact](const ReadTaint& f) { return f.says == fact.says; }))
        out.push_back(fmt::format("only {}: {}", side, fact.text));
  return out;
}

// How much the disturbances of one side may have cost; nullopt with `why`: nobody can tell.
std::optional<double> disturbed_share(const Row& row, std::string& why) {
  double most = 0;
  for (const std::string& taint : row.taints) {
    const auto disturbance = disturbance_of(taint);
    if (!disturbance) continue;
    if (!disturbance->share) {
      why = "disturbed: " + taint;
      return std::nullopt;
    }
    most = std::max(most, *disturbance->share);
  }
  return most;
}

// What the floor adds is independent of what the repetitions scatter: squares add up.
Interval with_floor(const Interval& i, double value, double floor) {
  const double center = std::log(value), between = std::log(1 + floor);
  const auto end = [&](double edge, double sign) { return std::exp(center + sign * std::hypot(std::log(edge) - center, between)); };
  return {end(i.low, -1), end(i.high, 1)};
}

Interval widened(const Interval& i, double share) { return {i.low * (1 - share), i.high / (1 - share)}; }

Finding by_interval(const Interval& i, double within) {
  switch (effect_of(i, 1, within)) {
    case Effect::above:
      return Finding::faster;
    case Effect::below:
      return Finding::slower;
    case Effect::none:
      return Finding::same;
    default:
      return Finding::unsure;
  }
}

Finding by_ratio(double ratio, double within) {
  return ratio > 1 + within ? Finding::faster : ratio < 1 - within ? Finding::slower : Finding::same;
}

void decide(Compared& c, const CompareOptions& options) {
  const Row &base = *c.base, &other = *c.other;
  if (!c.ratio.interval) {
    c.why = fmt::format("{} and {} repetitions prove nothing: at least {} each", base.samples_ips.size(), other.samples_ips.size(),
                        least_for_ratio);
    if (options.force) c.finding = by_ratio(c.ratio.value, options.within);
    return;
  }
  if (options.force) {
    c.certain = c.ratio.interval;
    c.finding = by_interval(*c.certain, options.within);
    return;
  }
  const auto of_base = disturbed_share(base, c.why), of_other = disturbed_share(other, c.why);
  if (!of_base || !of_other) return;
  const double share = 1 - (1 - *of_base) * (1 - *of_other), floor = c.floor_pct.value_or(0) / 100;
  const Interval disturbed = widened(*c.ratio.interval, share);
  c.certain = with_floor(disturbed, c.ratio.value, floor);
  c.finding = by_interval(*c.certain, options.within);
  if (c.finding != Finding::unsure) return;
  const auto decides = [&](const Interval& i) { return by_interval(i, options.within) != Finding::unsure; };
  if (!decides(*c.ratio.interval))
    c.why = "the interval is too wide: take more repetitions";
  else if (!decides(disturbed))
    c.why = fmt::format("disturbances may have cost {:.0f} %, as much as the difference", 100 * share);
  else
    c.why = fmt::format("within the noise floor of {:.1f} % between sessions", *c.floor_pct);
}

std::optional<double> floor_between(const Row& a, const Row& b, const CompareOptions& options) {
  if (options.one_session || (!a.noise_floor_pct && !b.noise_floor_pct)) return std::nullopt;
  return std::max(a.noise_floor_pct.value_or(0), b.noise_floor_pct.value_or(0));
}

Compared compared(const Row& base, const Row& other, const CompareOptions& options, const RowNames& names) {
  Compared out{.label = names.of(other),
               .base_label = names.of(base),
               .base = &base,
               .other = &other,
               .ratio = ratio_of(base.samples_ips, other.samples_ips)};
  if (names.several_machines() && machine_key(base) != machine_key(other)) out.label += ", against " + out.base_label;
  if (const std::string change = change_between(base, other, options.across); !change.empty()) out.label += " (" + change + ")";
  for (const Row* row : {&base, &other}) add_distinct(out.taints, row->taints);
  out.differs = differing_facts(base, other);
  out.floor_pct = floor_between(base, other, options);
  decide(out, options);
  return out;
}

Comparison compared(const Pairing& pairing, const CompareOptions& options, const RowNames& names) {
  Comparison out{.cells = {}, .unmatched = pairing.unmatched, .geometric_mean = {}};
  double logarithms = 0;
  for (const auto& [base, other] : pairing.pairs) {
    out.cells.push_back(compared(*base, *other, options, names));
    logarithms += std::log(out.cells.back().ratio.value);
  }
  if (!out.cells.empty()) out.geometric_mean = std::exp(logarithms / static_cast<double>(out.cells.size()));
  return out;
}

}  // namespace

std::string cell_label(const Row& row) {
  std::string text = fmt::format("{}, batch {}", row.model, row.batch_size);
  for (const auto& [name, value] : row.axes.items())
    if (name != "model.preset" && name != "loader.batch_size" && name != "train.device")
      text += fmt::format(", {}={}", name, value_text(value));
  return text;
}

Comparison compare_rows(const std::vector<Row>& base, const std::vector<Row>& other, const CompareOptions& options) {
  const RowNames names{&base, &other};
  return compared(pair_rows(base, other, options, names), options, names);
}

Comparison compare_sweep(const std::vector<Row>& rows, CompareOptions options) {
  options.one_session = true;
  const RowNames names{&rows};
  return compared(pair_sweep(rows, options, names), options, names);
}

Gate gate(const Compared& c, double threshold) {
  if (c.finding == Finding::slower && c.ratio.value < 1 - threshold) return Gate::regression;
  if (c.certain && c.certain->low >= 1 - threshold) return Gate::passed;
  return Gate::undecided;
}

}  // namespace cnnbench
