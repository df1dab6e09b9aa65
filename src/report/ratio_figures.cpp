// How many times faster the GPU is.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "cnnbench/measure/ratio.hpp"
#include "cnnbench/results/machines.hpp"
#include "effect_words.hpp"
#include "figures.hpp"

namespace cnnbench::report {
namespace {

// Of the GPU's own machine where that was measured, and there of the same precision; else the fastest of any.
const Placed* cpu_base(const Catalogue& all, std::size_t work, const Placed& gpu) {
  const auto rank = [&](const Placed& p) {
    return std::tuple(machine_key(*p.row) == machine_key(*gpu.row), p.row->precision == gpu.row->precision, *p.row->median_ips);
  };
  const Placed* best = nullptr;
  for (std::size_t s = 0; s < all.series.size(); ++s) {
    const Placed* p = all.series[s].gpu ? nullptr : all.fastest(work, s);
    if (p && (!best || rank(*p) > rank(*best))) best = p;
  }
  return best;
}

std::vector<std::string> both_taints(const Row& a, const Row& b) {
  std::vector<std::string> out = a.taints;
  for (const std::string& t : b.taints)
    if (std::find(out.begin(), out.end(), t) == out.end()) out.push_back(t);
  return out;
}

}  // namespace

std::vector<Figure> ratio_figures(const Catalogue& all) {
  Notes notes;
  BarChart chart{.title = "How many times faster the GPU trains", .unit = "times the CPU's images/s"};
  std::vector<std::size_t> gpus;
  for (std::size_t s = 0; s < all.series.size(); ++s)
    if (all.series[s].gpu) gpus.push_back(s);
  for (const std::size_t s : gpus) chart.series.push_back(all.series[s].label);
  Table table{.caption = "GPU against CPU: ratio of the fastest cells",
              .columns = {{"network"},
                          {"GPU"},
                          {"GPU images/s", true},
                          {"CPU"},
                          {"CPU images/s", true},
                          {"ratio", true},
                          {"95 % interval"},
                          {"a difference is"},
                          {"where"},
                          {"notes"}},
              .rows = {}};
  for (std::size_t work = 0; work < all.works.size(); ++work) {
    BarGroup group{.label = all.works[work]};
    bool any = false;
    for (const std::size_t s : gpus) {
      const Placed* gpu = all.fastest(work, s);
      const Placed* cpu = gpu ? cpu_base(all, work, *gpu) : nullptr;
      if (!cpu || !(*cpu->row->median_ips > 0)) {
        group.bars.emplace_back();
        continue;
      }
      // Of the medians that stand beside it; its interval is that of compare.
      const double value = *gpu->row->median_ips / *cpu->row->median_ips;
      const Ratio ratio = ratio_of(cpu->row->samples_ips, gpu->row->samples_ips);
      const bool apart = machine_key(*gpu->row) != machine_key(*cpu->row);
      const std::string elsewhere = apart ? ", another machine" : "";
      const std::string marks = notes.marks(both_taints(*gpu->row, *cpu->row));
      group.bars.push_back(
          {.value = value,
           .interval = ratio.interval,
           .remark = joined(joined(apart ? "another machine's CPU" : "", ratio.interval ? "" : "no interval"), marks)});
      table.rows.push_back({{all.works[work]},
                            {joined(all.series[s].label + ":", settings_of(*gpu->row))},
                            number(gpu->row->median_ips),
                            {joined(all.series[cpu->series].label + elsewhere + ":", settings_of(*cpu->row))},
                            number(cpu->row->median_ips),
                            number(value),
                            {ratio.interval ? interval_text(ratio.interval)
                                            : fmt::format("none: n = {} and {}", gpu->row->repetitions, cpu->row->repetitions)},
                            {effect_word(ratio_effect(ratio.interval))},
                            {place_name(gpu->place) + " / " + place_name(cpu->place)},
                            {marks}});
      any = true;
    }
    if (any && chart.groups.size() < most_groups) chart.groups.push_back(std::move(group));
  }
  if (table.rows.empty()) return {};
  table.notes = notes.all();
  return {{ChartKind::ratio,
           "GPU against CPU",
           "The fastest GPU cell over the fastest CPU cell of the same network, of the GPU's own machine where that was measured, "
           "and of the same precision where the CPU has it. The interval needs four repetitions on each side.",
           {chart},
           table}};
}

}  // namespace cnnbench::report
