#include "cnnbench/results/speed_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cnnbench/core/error.hpp"
#include "cnnbench/measure/ratio.hpp"
#include "cnnbench/results/compare.hpp"
#include "cnnbench/results/machines.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace {

std::size_t chosen(const std::vector<std::string>& columns, const std::string& base) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].find(base) != std::string::npos) found.push_back(i);
  if (base.empty()) return 0;
  if (found.size() == 1) return found.front();
  throw Error(ExitCode::usage, fmt::format("--table-base '{}' is {} of the columns", base, found.empty() ? "none" : "several"),
              fmt::format("the columns are: {}", fmt::join(columns, "; ")));
}

}  // namespace

std::string speed_table(const std::vector<Row>& all, const std::string& base) {
  std::vector<Row> rows;
  std::copy_if(all.begin(), all.end(), std::back_inserter(rows),
               [](const Row& r) { return r.status == "ok" && !r.samples_ips.empty(); });
  if (rows.empty()) throw Error(ExitCode::failed, "there is no row with a speed", "give results of bench or train");
  std::vector<const Row*> all_rows;
  for (const Row& row : rows) all_rows.push_back(&row);
  const auto column_of = machine_names(all_rows);
  const bool other_pictures =
      std::any_of(rows.begin(), rows.end(), [&](const Row& r) { return r.data_hash != rows.front().data_hash; });
  std::vector<std::string> columns, labels;
  std::map<std::pair<std::string, std::string>, const Row*> at;
  for (const Row& row : rows) {
    const std::string label =
        cell_label(row) + (other_pictures ? ", pictures " + row.data_hash.value_or("unknown").substr(0, 8) : "");
    std::string column = column_of.at(&row);
    // The same work on the same machine once more, as from another day's file: beside the first, not instead of it.
    for (int n = 2; at.contains({label, column}); ++n) column = fmt::format("{}, result {}", column_of.at(&row), n);
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
    at[{label, column}] = &row;
  }
  const std::string& base_column = columns[chosen(columns, base)];
  std::string text = "| images/s |", rule = "|---|";
  for (const std::string& column : columns) {
    text += fmt::format(" {}{} |", markdown_text(column), column == base_column ? " (base)" : "");
    rule += "---:|";
  }
  text += "\n" + rule + "\n";
  for (const std::string& label : labels) {
    text += fmt::format("| {} |", markdown_text(label));
    const auto reference = at.find({label, base_column});
    for (const std::string& column : columns) {
      const auto found = at.find({label, column});
      if (found == at.end()) {
        text += " - |";
        continue;
      }
      const Row& row = *found->second;
      std::string words = speed_text(*row.median_ips);
      if (column != base_column && reference != at.end()) {
        const Ratio ratio = ratio_of(reference->second->samples_ips, row.samples_ips);
        words += fmt::format(", {:.2f}x{}", ratio.value, interval_text(ratio));
      }
      text += fmt::format(" {}{} |", words, remarks(row).empty() ? "" : " *");
    }
    text += "\n";
  }
  std::vector<std::string> told;
  for (const Row& row : rows) add_distinct(told, remarks(row));
  for (const std::string& taint : told) text += fmt::format("{}* {}\n", &taint == &told.front() ? "\n" : "", markdown_text(taint));
  return text;
}

}  // namespace cnnbench
