// Rows of several files, as the shards of a sweep wrote them, as one benchmark: each cell once, in the grid's order, and what is
// missing by name. Pure but for read_row_files(). A cell is of a configuration, a build and a machine (Row::cell): the same place
// of a grid on two machines are two cells, and both are kept.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cnnbench/core/error.hpp"
#include "cnnbench/results/row.hpp"

namespace cnnbench {

struct RowFile {
  std::string name;
  std::vector<Row> rows;
  bool torn = false;  // its last line has no end, as a kill leaves it, and is left out
};

// .jsonl, .json, .csv. `damaged` gets what is wrong with single rows and files; the others are read. A file that is not there is
// Error(usage).
std::vector<RowFile> read_row_files(const std::vector<std::filesystem::path>&, std::vector<Error>& damaged);

// A cell of which nobody has a row.
struct MissingCell {
  int place = 0, cells = 0;
  int shard = 0;                                                   // that was to measure it; 0: the rows do not tell
  nlohmann::ordered_json axes = nlohmann::ordered_json::object();  // empty: the rows do not tell
};

// What a grid lacks. `shards` is 0 where its rows were shared out in more than one way.
struct MissingCells {
  int cells = 0, shards = 0;
  std::vector<int> whole_shards;      // that have cells, and none of them is there
  std::vector<MissingCell> cells_of;  // all that are missing, those of whole shards too
};

// Rows of one cell that are not the same row.
struct SeveralRows {
  const Row* row = nullptr;
  std::vector<std::string> files;
};

struct Merged {
  std::vector<Row> rows;
  std::size_t repeated = 0;          // rows that came once more, the same in every field
  std::size_t given_way = 0;         // rows that failed where another has the cell measured
  std::vector<SeveralRows> several;  // measured more than once: the newest is in `rows`
  std::vector<MissingCells> missing;
  int places_on_several_machines = 0;
};

// The rows of `files` must outlive the result.
Merged merge_rows(const std::vector<RowFile>& files);

}  // namespace cnnbench
