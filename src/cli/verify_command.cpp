#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/cli/output_options.hpp"
#include "cnnbench/cli/schemas.hpp"
#include "cnnbench/core/document.hpp"
#include "cnnbench/results/verify.hpp"

namespace cnnbench {
namespace {

struct VerifyOptions {
  std::vector<std::string> results;
  OutputOptions output;
};

struct Document {
  bool ok = false;
  std::vector<Verified> results;
};

}  // namespace

template <>
struct Fields<Verified> {
  static constexpr std::string_view name = "verified", text = "One result.";
  static void of(auto& v, auto&& field) {
    field("source", v.source, "The file; of rows also the line or the number.");
    field("ok", v.faults.empty(), "It has no faults.");
    field("headline", v.headline, "What was computed again, in words.");
    field("faults", v.faults, "Where it says what was not measured, one line each.");
    field("measured", v.measured,
          "Fields that the others follow from; * is any item of a list, what is below a field belongs to it.");
    field("not_verifiable", v.not_verifiable,
          "Likewise: nothing else in the document could contradict them. All others were computed again.");
  }
};

template <>
struct Fields<Document> {
  static constexpr std::string_view name = "verify", text = "Whether results say what was measured.";
  static constexpr int version = 1;
  static void of(auto& d, auto&& field) {
    field("ok", d.ok, "There are results, and none has faults.");
    field("results", d.results, "In the order that they were named in.");
  }
};

nlohmann::ordered_json verify_schema() { return document_schema<Document>("cnnbench verify --json"); }

namespace {

// What was not computed again, once for all results of which it is the same.
std::string limits_text(const std::vector<Verified>& all) {
  std::string text;
  const auto add = [&](const char* what, const std::vector<std::string>& fields) {
    const std::string line = fmt::format("{}: {}\n", what, fmt::join(fields, " "));
    if (!fields.empty() && text.find(line) == std::string::npos) text += line;
  };
  for (const Verified& v : all) {
    add("measured, what the rest follows from", v.measured);
    add("not verifiable, nothing else could contradict it", v.not_verifiable);
  }
  return text;
}

void verify_command(const VerifyOptions& options) {
  options.output.check();
  std::string text;
  std::vector<Verified> all;
  std::size_t damaged = 0;
  for (const std::string& path : options.results)
    for (const Verified& v : verify(path)) {
      damaged += v.faults.empty() ? 0 : 1;
      text += fmt::format("{}: {}\n", v.source, v.faults.empty() ? "ok: " + v.headline : "NOT as measured");
      for (const std::string& fault : v.faults) text += fmt::format("  {}\n", fault);
      all.push_back(v);
    }
  if (!text.empty()) {
    text += limits_text(all);
    text.pop_back();
  }
  if (!all.empty() || options.output.as_json())
    options.output.put([&] { return text; }, [&] { return document(Document{!all.empty() && damaged == 0, all}); });
  if (all.empty()) throw Error(ExitCode::failed, "there was no row: nothing was verified", "give a file that has rows");
  if (damaged == 0) return;
  Console::get().say(fmt::format("{} of {} results are not as they were measured", damaged, all.size()));
  set_exit_status(ExitCode::failed);
}

}  // namespace

void add_verify(CLI::App& app) {
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App* command =
      app.add_subcommand("verify", "computes every figure of a result again from its samples; exit 1 where one is wrong");
  command->add_option("results", options->results, "run folders, folders of them, result.json, rows of bench (.jsonl, .json)")
      ->required()
      ->type_name("RESULTS");
  options->output.add_to(*command);
  command->callback([options] { verify_command(*options); });
}

}  // namespace cnnbench
