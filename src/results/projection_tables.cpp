// A projection as a table for people.
#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/core/grouped.hpp"
#include "cnnbench/core/safe_text.hpp"
#include "cnnbench/results/projection.hpp"
#include "cnnbench/results/table_text.hpp"
#include "columns.hpp"

namespace cnnbench {
namespace {

std::string percent_cell(double value) { return fmt::format("{:.1f}", value); }

std::vector<Column> columns_of(const Projection& p) {
  std::vector<Column> columns;
  const auto column = [&](const char* name, auto&& cell) {
    Column made{.name = name, .number = true, .cells = {}};
    for (const Projected& row : p.rows) made.cells.push_back(cell(row));
    columns.push_back(std::move(made));
  };
  const auto part = [](double seconds, const Projected& row) { return percent_cell(100 * seconds / row.step_seconds()); };
  column("ranks", [](const Projected& r) { return grouped(std::to_string(r.ranks)); });
  if (p.question.scaling == Scaling::strong)
    column("pictures a rank", [](const Projected& r) { return fmt::format("{:.0f}", r.pictures); });
  column("step ms", [](const Projected& r) { return fmt::format("{:.4g}", 1e3 * r.step_seconds()); });
  column("images/s", [](const Projected& r) { return speed_text(r.images_per_second); });
  column("efficiency %", [](const Projected& r) { return percent_cell(100 * r.efficiency); });
  column("exchange ms",
         [](const Projected& r) { return r.hidden_share() ? fmt::format("{:.3g}", 1e3 * r.exchange_seconds) : std::string("-"); });
  column("hidden %",
         [](const Projected& r) { return r.hidden_share() ? percent_cell(100 * *r.hidden_share()) : std::string("-"); });
  column("exposed %", [&](const Projected& r) { return part(r.exposed_seconds, r); });
  column("slowest %", [&](const Projected& r) { return part(r.straggler_seconds, r); });
  column("allreduce", [](const Projected& r) { return r.algorithms.empty() ? std::string("-") : allreduce_text(r); });
  columns.back().number = false;
  return columns;
}

// What the columns' names leave out.
const char* const legend =
    "exchange: of gradients; hidden: of it, beside the backward pass; exposed, slowest: of the step, waiting for gradients and for "
    "the "
    "slowest rank";

std::string heading(const Projection& p) {
  return fmt::format(
      "{}: {} pictures {}", p.work, p.question.batch,
      p.question.scaling == Scaling::weak ? "a rank and step (weak scaling)" : "a step of all ranks together (strong scaling)");
}

}  // namespace

std::string latency_text(double seconds) {
  if (seconds < 1e-6) return fmt::format("{:.4g} ns", 1e9 * seconds);
  if (seconds < 1e-3) return fmt::format("{:.4g} us", 1e6 * seconds);
  return fmt::format("{:.4g} ms", 1e3 * seconds);
}

std::string bandwidth_text(double bytes_per_second) {
  if (bytes_per_second < 1e6) return fmt::format("{:.4g} kB/s", bytes_per_second / 1e3);
  if (bytes_per_second < 1e9) return fmt::format("{:.4g} MB/s", bytes_per_second / 1e6);
  return fmt::format("{:.4g} GB/s", bytes_per_second / 1e9);
}

std::string allreduce_text(const Projected& p) {
  std::string text;
  for (const Algorithm a : p.algorithms) text += fmt::format("{}{}", text.empty() ? "" : ", ", name_of(a));
  return text;
}

std::string projection_markdown(const Projection& p) {
  std::string text = fmt::format("{}\n\n{}\n{}\n\n", markdown_text(heading(p)), markdown_table(columns_of(p)), legend);
  for (const std::string& note : p.notes) text += fmt::format("- {}\n", markdown_text(note));
  return text;
}

std::string projection_table(const Projection& p, int room) {
  std::vector<Column> columns = columns_of(p);
  const std::size_t all = columns.size();
  const auto needed = [&] {
    std::size_t letters = 0;
    for (const Column& column : columns) letters += width_of(column) + 2;
    return letters - 2;
  };
  for (const char* name : {"allreduce", "exchange ms", "hidden %"})
    if (room > 0 && needed() > static_cast<std::size_t>(room))
      std::erase_if(columns, [&](const Column& column) { return column.name == name; });
  std::string text = fmt::format("{}\n\n{}\n{}{}\n\n", safe_text(heading(p)), padded_table(columns), legend,
                                 columns.size() < all ? "; -o md has all columns" : "");
  for (const std::string& note : p.notes) text += fmt::format("- {}\n", safe_text(note, note.size()));
  return text;
}

}  // namespace cnnbench
