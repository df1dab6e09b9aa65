// The program: parse, run, say what went wrong. Each command is a file beside this one.
#include <CLI/CLI.hpp>
#include <exception>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/core/build_info.hpp"
#include "cnnbench/core/error.hpp"

namespace {

int run(int argc, char** argv) {
  using namespace cnnbench;
  Console& console = Console::get();
  CLI::App app{"cnnbench measures how fast this machine trains convolutional networks, and says what holds it back."};
  app.set_version_flag("--version", version_text);
  bool quiet = false, verbose = false, no_color = false;
  app.add_flag("-q,--quiet", quiet, "results and errors only");
  app.add_flag("-v,--verbose", verbose, "more words");
  app.add_flag("--no-color", no_color, "no colours (so does NO_COLOR)");
  app.parse_complete_callback([&] {
    console.configure({.loudness = quiet ? Loudness::quiet : verbose ? Loudness::verbose : Loudness::normal, .no_color = no_color});
  });
  app.require_subcommand(1);
  app.fallthrough();
  for (const auto add : {add_train, add_bench, add_predict, add_preview, add_summary, add_config, add_data, add_info, add_tune, add_compare, add_verify, add_report}) add(app);
  app.footer("Example: cnnbench train --config catdog_improved.json");  // after the commands, which would take it over
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : static_cast<int>(ExitCode::usage);
  } catch (const Error& e) {
    console.error(e.what(), e.remedy());
    return static_cast<int>(e.code());
  } catch (const std::exception& e) {
    console.error(e.what(), "this is a fault of cnnbench: please report it");
    return static_cast<int>(ExitCode::failed);
  }
  return static_cast<int>(exit_status());
}

}  // namespace

int main(int argc, char** argv) {
  cnnbench::prepare_process();
  return run(argc, argv);
}
