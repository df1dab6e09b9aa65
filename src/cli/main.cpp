// The program: parse, run, say what went wrong. Each command is a file beside this one.
#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <sstream>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/core/build_info.hpp"
#include "cnnbench/core/error.hpp"

namespace {

std::string without_end(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

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
  for (const auto add : {add_train, add_bench, add_predict, add_preview, add_summary, add_config, add_data, add_info, add_tune,
                         add_compare, add_verify, add_report, add_schema})
    add(app);
  app.footer("Example: cnnbench train --config catdog_improved.json");  // after the commands, which would take it over
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    // A request for help or the version comes as an error too.
    std::ostringstream out, err;
    const bool asked = app.exit(e, out, err) == 0;
    if (const std::string text = without_end(out.str()); !text.empty()) console.result(text);
    if (const std::string text = without_end(err.str()); !text.empty()) console.words(text);
    return asked ? 0 : static_cast<int>(ExitCode::usage);
  } catch (const Error& e) {
    console.error(e.what(), e.remedy());
    return static_cast<int>(e.code());
  } catch (const std::exception& e) {
    console.error(e.what(), "this is a fault of cnnbench: please report it");
    return static_cast<int>(ExitCode::failed);
  }
  return static_cast<int>(exit_status());
}

// Whoever asked for a result and did not get it is told so, whatever else went well. A reader who left, as `head` does, knows.
int after_output(int status) {
  using namespace cnnbench;
  Console& console = Console::get();
  const std::string lost = console.lost_output();
  const bool by_signal = status == static_cast<int>(ExitCode::hung_up) || status == static_cast<int>(ExitCode::interrupted) ||
                         status == static_cast<int>(ExitCode::terminated);
  if (lost.empty()) return status;
  if (console.reader_left()) return by_signal ? status : 128 + SIGPIPE;
  console.error(lost, "what was written to files is kept");
  return by_signal ? status : static_cast<int>(ExitCode::failed);
}

}  // namespace

int main(int argc, char** argv) {
  cnnbench::prepare_process();
  return after_output(run(argc, argv));
}
