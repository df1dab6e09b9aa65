// Results of train and bench, as anybody may have changed them: read, written in every format, read again the same, verified. The
// first byte says which kind of file the rest is.
#include <vector>

#include "cnnbench/core/read_json.hpp"
#include "cnnbench/results/bench_file.hpp"
#include "cnnbench/results/load.hpp"
#include "cnnbench/results/verify.hpp"
#include "results/row_files.hpp"
#include "support/temporary_folder.hpp"
#include "targets.hpp"

namespace cnnbench::fuzz {
namespace {

namespace fs = std::filesystem;

template <class Read>
bool readable(Read read) {
  try {
    read();
    return true;
  } catch (const Error& e) {
    require(e.code() == ExitCode::failed || e.code() == ExitCode::usage, e.what());
    require_readable(e);
    return false;
  }
}

void write_and_read_again(const std::vector<Row>& rows) {
  for (const RowFormat format : {RowFormat::md, RowFormat::sql, RowFormat::json})
    require(is_utf8(rows_text(rows, format)), "rows that are no text");
  require(is_utf8(rows_table(rows, 80)), "a table that is no text");
  std::vector<std::string> lines;
  for (const Row& row : rows) {
    lines.push_back(row_line(row));
    require(row_line(row_from_json(read_json(lines.back()), "again")) == lines.back(),
            "a row that is read otherwise than it was written");
  }
  const std::vector<Row> again = rows_of_csv(rows_text(rows, RowFormat::csv), "again.csv", nullptr);
  require(again.size() == rows.size(), "rows that a table loses");
  for (std::size_t i = 0; i < rows.size(); ++i) require(row_line(again[i]) == lines[i], "a row that a table changes");
}

void write_and_read_again(const RunResult& run) {
  const std::string text = result_text(run);
  require(result_text(run_result_from_json(read_json(text), "again")) == text,
          "a result that is read otherwise than it was written");
  require(is_utf8(epochs_csv(run.epochs)), "epochs that are no text");
}

bool samples(const test::TemporaryFolder& folder, const std::string& text) {
  folder.put("bench.jsonl.samples", text);
  return readable([&] { BenchFile(folder.path() / "bench.jsonl", /*resume=*/true).close(); });
}

}  // namespace

bool results(Input in) {
  static const test::TemporaryFolder folder;
  if (in.empty()) return false;
  constexpr std::array names{"rows.jsonl", "rows.csv", "rows.json", "result.json", "bench.jsonl.samples"};
  const char* name = names[in.front() % names.size()];
  const std::string text(text_of(in.subspan(1)));
  if (name == names.back()) return samples(folder, text);
  const fs::path file = folder.put(name, text);
  Results read;
  const bool sound = readable([&] { read = load_results({file}); }) && read.damaged.empty();
  write_and_read_again(read.rows);
  for (const NamedRun& run : read.runs) write_and_read_again(run.result);
  const bool verified = readable([&] {
    for (const Verified& v : verify(file))
      for (const std::string& fault : v.faults) require(is_utf8(fault), "a fault that is no text");
  });
  require(verified || !sound, "a result that is read but cannot be verified");
  return sound;
}

}  // namespace cnnbench::fuzz
