#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/results/verify.hpp"

namespace cnnbench {
namespace {

struct Options {
  std::vector<std::string> results;
  bool json = false;
};

void verify_command(const Options& options) {
  std::string text;
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  std::size_t damaged = 0, all = 0;
  for (const std::string& path : options.results)
    for (const Verified& v : verify(path)) {
      ++all;
      damaged += v.faults.empty() ? 0 : 1;
      text += fmt::format("{}: {}\n", v.source, v.faults.empty() ? "ok: " + v.headline : "NOT as measured");
      for (const std::string& fault : v.faults) text += fmt::format("  {}\n", fault);
      list.push_back({{"source", v.source}, {"ok", v.faults.empty()}, {"headline", v.headline}, {"faults", v.faults}});
    }
  if (options.json) {
    Console::get().document(nlohmann::ordered_json{{"schema_version", 1}, {"ok", all > 0 && damaged == 0}, {"results", list}}.dump(
        2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  } else if (!text.empty()) {
    text.pop_back();
    Console::get().result(text);
  }
  if (all == 0) throw Error(ExitCode::failed, "there was no row: nothing was verified", "give a file that has rows");
  if (damaged == 0) return;
  Console::get().say(fmt::format("{} of {} results are not as they were measured", damaged, all));
  set_exit_status(ExitCode::failed);
}

}  // namespace

void add_verify(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("verify", "computes every figure of a result again from its samples; exit 1 where one is wrong");
  command->add_option("results", options->results, "run folders, folders of them, result.json, rows of bench (.jsonl, .json)")->required();
  command->add_flag("--json", options->json, "as one JSON document on stdout");
  command->callback([options] { verify_command(*options); });
}

}  // namespace cnnbench
