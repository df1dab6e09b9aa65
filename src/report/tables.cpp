// Every cell, failed ones too; every machine and build.
#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/results/table_text.hpp"
#include "figures.hpp"

namespace cnnbench::report {
namespace {

using Json = nlohmann::ordered_json;

const Placed* placed(const Catalogue& all, const Row& row) {
  const auto at = std::find_if(all.rows.begin(), all.rows.end(), [&](const Placed& p) { return p.row == &row; });
  return at == all.rows.end() ? nullptr : &*at;
}

std::string failed_label(const Row& row) {
  std::string text = row.model;
  for (const auto& [name, value] : row.axes.items()) text += fmt::format(", {}={}", name, cell_text(value));
  return text;
}

std::string or_missing(const std::string& text) { return text.empty() ? missing : text; }

// The run that was made there with the fullest record.
const Json* machine_of(const Row& place, const std::vector<NamedRun>& runs) {
  for (const NamedRun& run : runs) {
    const Json& m = run.result.machine;
    if (place.hostname_hash && m.is_object() && m.contains("hostname_hash") && m["hostname_hash"] == *place.hostname_hash)
      return &m;
  }
  return nullptr;
}

std::string field(const Json* machine, const char* key) {
  if (!machine || !machine->contains(key) || (*machine)[key].is_null()) return missing;
  return cell_text((*machine)[key]);
}

TableCell memory(const Json* machine) {
  const auto at = machine ? machine->find("memory_total_bytes") : Json::const_iterator{};
  if (!machine || at == machine->end() || !at->is_number()) return {missing};
  return {fmt::format("{:.1f} GiB", at->get<double>() / (1 << 30)), at->get<double>()};
}

}  // namespace

Table cell_table(const Catalogue& all, const std::vector<Row>& rows) {
  Notes notes;
  Table table{.caption = "Every cell",
              .columns = {{"network"},
                          {"machine"},
                          {"settings"},
                          {"images/s", true},
                          {"95 % interval"},
                          {"n", true},
                          {"pipeline alone", true},
                          {"network alone", true},
                          {"data wait %", true},
                          {"verdict"},
                          {"where"},
                          {"notes"}},
              .rows = {}};
  for (const Row& row : rows) {
    const Placed* p = placed(all, row);
    const std::string verdict = p ? or_missing(row.verdict) : fmt::format("{}: {}", row.status, row.error);
    table.rows.push_back({{p ? all.works[p->work] : failed_label(row)},
                          {p ? all.series[p->series].label : missing},
                          {p ? settings_of(row) : missing},
                          number(row.median_ips),
                          {known(row.median_ips) ? interval_cell(row) : missing},
                          number(row.repetitions, 0),
                          number(row.pipeline_only_ips),
                          number(row.compute_only_ips),
                          number(row.data_wait_pct, 1),
                          {verdict},
                          {p ? place_name(p->place) : missing},
                          {notes.marks(remarks(row))}});
  }
  if (std::any_of(rows.begin(), rows.end(), [](const Row& row) { return row.library_ips.has_value(); })) {
    constexpr std::ptrdiff_t behind_network_alone = 8;
    table.columns.insert(table.columns.begin() + behind_network_alone, {"with libtorch's operations", true});
    for (std::size_t i = 0; i < rows.size(); ++i)
      table.rows[i].insert(table.rows[i].begin() + behind_network_alone, number(rows[i].library_ips));
  }
  table.notes = notes.all();
  limit_rows(table);
  return table;
}

Table place_table(const Catalogue& all, const std::vector<NamedRun>& runs) {
  Table table{.caption = "Where it was measured: machines and builds",
              .columns = {{"where"},
                          {"processor"},
                          {"cores usable", true},
                          {"GPU"},
                          {"memory"},
                          {"governor"},
                          {"kernel"},
                          {"system"},
                          {"libtorch"},
                          {"build"},
                          {"machine"}},
              .rows = {}};
  for (std::size_t i = 0; i < all.places.size(); ++i) {
    const Row& r = *all.places[i];
    const Json* machine = machine_of(r, runs);
    table.rows.push_back({{place_name(i)},
                          {r.cpu_info.value_or(missing)},
                          number(r.cpus_usable > 0 ? std::optional<double>(r.cpus_usable) : std::nullopt, 0),
                          {r.gpu_info.value_or(missing)},
                          memory(machine),
                          {field(machine, "cpu_governor")},
                          {field(machine, "kernel")},
                          {field(machine, "os")},
                          {or_missing(r.libtorch)},
                          {or_missing(r.build_commit)},
                          {r.hostname_hash.value_or(missing)}});
  }
  limit_rows(table);
  return table;
}

}  // namespace cnnbench::report
