#include "cnnbench/results/merge.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "cnnbench/core/missing_path.hpp"
#include "cnnbench/results/machines.hpp"
#include "cnnbench/results/table_text.hpp"
#include "grid_gaps.hpp"
#include "row_files.hpp"

namespace cnnbench {
namespace {

struct Found {
  const Row* row;
  const RowFile* file;
};

bool has_a_speed(const Row& row) { return row.status == "ok"; }

// Of the rows of one cell the one that stands for it: measured before failed, then the newest, then the one that was named last.
const Row& standing(const std::vector<Found>& all) {
  const auto key = [](const Row& row) { return std::tuple(has_a_speed(row), row.test_time); };
  const Row* out = all.front().row;
  for (const Found& f : all)
    if (key(*f.row) >= key(*out)) out = f.row;
  return *out;
}

// Every row of a cell that differs from those before it.
std::vector<std::vector<Found>> by_cell(const std::vector<RowFile>& files, std::size_t& repeated) {
  std::map<std::string, std::size_t> places;
  std::vector<std::vector<Found>> cells;
  std::set<std::string> seen;
  for (const RowFile& file : files)
    for (const Row& row : file.rows) {
      if (!seen.insert(row_line(row)).second) {
        ++repeated;
        continue;
      }
      const auto [at, is_new] = places.emplace(row.cell, cells.size());
      if (is_new) cells.emplace_back();
      cells[at->second].push_back({&row, &file});
    }
  return cells;
}

using Grids = std::vector<std::vector<const Row*>>;  // as they were first met

Grids grids_of(const std::vector<const Row*>& rows) {
  std::map<std::string, std::size_t> places;
  Grids grids;
  for (const Row* row : rows) {
    if (!row->grid) continue;
    const auto [at, is_new] = places.emplace(row->grid->id + std::to_string(row->grid->cells), grids.size());
    if (is_new) grids.emplace_back();
    grids[at->second].push_back(row);
  }
  for (auto& grid : grids)
    std::stable_sort(grid.begin(), grid.end(), [](const Row* a, const Row* b) { return a->grid->place < b->grid->place; });
  return grids;
}

int on_several_machines(const std::vector<const Row*>& grid) {
  std::map<int, std::set<std::string>> machines;
  for (const Row* row : grid)
    if (has_a_speed(*row)) machines[row->grid->place].insert(machine_key(*row));
  return static_cast<int>(std::count_if(machines.begin(), machines.end(), [](const auto& m) { return m.second.size() > 1; }));
}

}  // namespace

std::vector<RowFile> read_row_files(const std::vector<std::filesystem::path>& paths, std::vector<Error>& damaged) {
  std::vector<RowFile> files;
  for (const auto& path : paths) {
    if (!std::filesystem::exists(path)) throw Error(ExitCode::usage, missing_path(path), "check the path");
    RowFile file{.name = path.string(), .rows = {}};
    read_unless_damaged(&damaged, [&] { file.rows = read_rows(path, &damaged, &file.torn); });
    files.push_back(std::move(file));
  }
  return files;
}

Merged merge_rows(const std::vector<RowFile>& files) {
  Merged out;
  std::vector<const Row*> rows;
  for (const std::vector<Found>& cell : by_cell(files, out.repeated)) {
    const Row& stands = standing(cell);
    rows.push_back(&stands);
    const auto measured =
        static_cast<std::size_t>(std::count_if(cell.begin(), cell.end(), [](const Found& f) { return has_a_speed(*f.row); }));
    out.given_way += cell.size() - std::max<std::size_t>(measured, 1);
    if (measured < 2) continue;
    SeveralRows several{.row = &stands, .files = {}};
    for (const Found& f : cell)
      if (has_a_speed(*f.row)) add_distinct(several.files, {f.file->name});
    out.several.push_back(std::move(several));
  }
  for (const auto& grid : grids_of(rows)) {
    for (const Row* row : grid) out.rows.push_back(*row);
    MissingCells missing = missing_of(grid);
    if (!missing.cells_of.empty()) out.missing.push_back(std::move(missing));
    out.places_on_several_machines += on_several_machines(grid);
  }
  for (const Row* row : rows)
    if (!row->grid) out.rows.push_back(*row);  // of an older version, or of train
  return out;
}

}  // namespace cnnbench
