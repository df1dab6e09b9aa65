#include <fmt/chrono.h>
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>

#include "cnnbench/cli/changed_results.hpp"
#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/output_options.hpp"
#include "cnnbench/core/build_info.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/report/images.hpp"
#include "cnnbench/report/page.hpp"
#include "cnnbench/results/row.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

struct ReportCommandOptions {
  std::vector<std::string> results;
  std::string file, chart, story, format = "text";
  bool json = false;
};

std::string kind_names() {
  std::string out;
  for (const auto& [kind, name] : EnumNames<ChartKind>::values) out += fmt::format("{}{}", out.empty() ? "" : ", ", name);
  return out;
}

std::optional<ChartKind> kind_of(const std::string& asked) {
  if (asked.empty()) return std::nullopt;
  for (const auto& [kind, name] : EnumNames<ChartKind>::values)
    if (name == asked) return kind;
  throw Error(ExitCode::usage, fmt::format("--chart: there is no chart '{}'", asked), "one of " + kind_names());
}

report::Drawing picture(const report::Report& report, ChartKind kind) {
  if (const auto drawing = report::drawing_of(report, kind)) return *drawing;
  std::string there;
  for (const report::Figure& figure : report.figures)
    if (there.find(name_of(figure.kind)) == std::string::npos)
      there += fmt::format("{}{}", there.empty() ? "" : ", ", name_of(figure.kind));
  throw Error(ExitCode::failed, fmt::format("these results have nothing to show for --chart {}", name_of(kind)),
              there.empty() ? "no cell has a number" : "they have: " + there);
}

void write_report(const report::Report& report, const fs::path& file, std::optional<ChartKind> kind) {
  const std::string ending = file.extension().string();
  if (ending == ".html" || ending == ".htm") {
    if (kind) throw Error(ExitCode::usage, "--chart: a page has all charts", "write it as .svg or .png, or leave --chart out");
    const BuildInfo build = build_info();
    const std::string generated = fmt::format("Written {:%Y-%m-%d %H:%M} UTC by cnnbench {} ({})", fmt::gmtime(std::time(nullptr)),
                                              build.version, build.commit);
    write_atomic(file, report::page_of(report, {.generated = generated}));
  } else if (ending == ".svg") {
    write_atomic(file, report::svg_document(picture(report, kind.value_or(ChartKind::speed))));
  } else if (ending == ".png") {
    write_atomic(file, report::png_of(picture(report, kind.value_or(ChartKind::speed))));
  } else {
    throw Error(ExitCode::usage, fmt::format("--export: {} ends in no known format", file.string()),
                "end it in .html, .svg or .png");
  }
  Console::get().say("report: " + file.string());
}

void report_command(const ReportCommandOptions& options) {
  const std::optional<ChartKind> kind = kind_of(options.chart);
  const std::string format = options.json ? "json" : options.format;
  const std::optional<RowFormat> rows_as = format == "text" ? std::nullopt : row_format(format);
  if (!options.file.empty()) require_place_for(options.file);
  const std::vector<fs::path> paths(options.results.begin(), options.results.end());
  const Results results = load_results(paths);
  warn_of_changes(results.rows);
  report::Report report = report::make_report(results);
  if (!options.story.empty()) report.story = report::tell(report::read_story(options.story));
  if (!options.file.empty())
    write_report(report, options.file, kind);
  else if (!rows_as)
    Console::get().result(report::text_of(report, kind));
  if (rows_as) {
    std::string rows = rows_text(results.rows, *rows_as);
    while (rows.ends_with('\n')) rows.pop_back();
    Console::get().document(rows);
  }
  std::vector<Error> damaged = results.damaged;
  if (report.story) damaged.insert(damaged.end(), report.story->damaged.begin(), report.story->damaged.end());
  end_with_damaged(damaged, "the report is of the others");
}

}  // namespace

void add_report(CLI::App& app) {
  const auto options = std::make_shared<ReportCommandOptions>();
  CLI::App* command =
      app.add_subcommand("report", "results as one offline page with charts, as a single chart, or as tables on the terminal");
  command
      ->add_option("results", options->results,
                   "run folders, folders of run folders, result.json, files of bench (.jsonl, .json, .csv)")
      ->required()
      ->type_name("RESULTS");
  command
      ->add_option("-o,--output", options->format,
                   "what stdout gets: text (tables), or the rows of all results as md, csv, json, jsonl, sql")
      ->check(CLI::IsMember({"text", "md", "csv", "json", "jsonl", "sql"}))
      ->capture_default_str();
  command->add_flag("--json", options->json, "short for -o json");
  command->add_option("--export", options->file, "write it there: .html (the page), .svg or .png (one kind of chart)")
      ->type_name("FILE");
  command
      ->add_option("--chart", options->chart,
                   fmt::format("which, for .svg, .png and the terminal: {} (default: speed)", kind_names()))
      ->type_name("KIND");
  command
      ->add_option("--story", options->story,
                   "a story's claims (scripts/story.json): its figures beside the measured ones, with verdicts, on top of the page")
      ->type_name("FILE");
  command->callback([options] { report_command(*options); });
}

}  // namespace cnnbench
