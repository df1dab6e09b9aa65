#include "cnnbench/cli/bench_output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/full_screen.hpp"
#include "cnnbench/cli/output_options.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"

namespace cnnbench {

BenchOutput check_output(const BenchOptions& options) {
  BenchOutput out{.on_stdout = row_format(options.json ? "json" : options.format), .file = options.file};
  if (options.file.empty()) return out;
  require_place_for(options.file);
  const std::string extension = out.file.extension().string();
  const auto format = row_format(extension.empty() ? "" : extension.substr(1));
  if (!format)
    throw Error(ExitCode::usage, fmt::format("--export {}: no such format", options.file),
                "end it in .md, .csv, .json, .jsonl or .sql");
  out.in_file = *format;
  return out;
}

void put_rows(const std::vector<Row>& rows, const BenchOutput& output) {
  if (!output.on_stdout && rows.empty()) return;  // a share without a cell
  std::string text = output.on_stdout ? rows_text(rows, *output.on_stdout)
                                      : rows_table(rows, isatty(STDOUT_FILENO) == 1 ? screen_size(STDOUT_FILENO).columns : 0);
  while (text.ends_with('\n')) text.pop_back();
  if (output.on_stdout)
    Console::get().document(text);
  else
    Console::get().result(text);
}

void write_rows(const std::vector<Row>& rows, const BenchOutput& output) {
  if (!output.file.empty()) write_atomic(output.file, rows_text(rows, output.in_file));
}

}  // namespace cnnbench
