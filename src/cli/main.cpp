// The program: parse, run, say what went wrong. Each command is a file beside this one.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <exception>
#include <filesystem>
#include <new>
#include <sstream>

#include "cnnbench/cli/completion.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/cli/program.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/launch.hpp"
#include "cnnbench/core/words_of.hpp"

namespace {

std::string without_end(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

int run(int argc, char** argv) {
  using namespace cnnbench;
  Console& console = Console::get();
  CLI::App app;
  GlobalFlags flags;
  build_program(app, flags);
  if (answer_shell(app, {argv + std::min(argc, 1), argv + argc})) return 0;
  app.parse_complete_callback([&] {
    const Launch& launch = this_launch();
    console.configure({.loudness = flags.quiet || !launch.is_first() ? Loudness::quiet
                                   : flags.verbose                   ? Loudness::verbose
                                                                     : Loudness::normal,
                       .no_color = flags.no_color,
                       .rank = launch.size > 1 ? fmt::format("rank {}: ", launch.rank) : ""});
    require_one_process(app, launch);
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // a request for help or the version comes as an error too
    if (const std::optional<Error> unknown = unknown_command(app)) {
      console.error(unknown->what(), unknown->remedy());
      return static_cast<int>(unknown->code());
    }
    std::ostringstream out, err;
    app.exit(e, out, err);
    console.result(without_end(out.str()));
    return 0;
  } catch (const CLI::ParseError& e) {
    const Error error = usage_error(app, e);
    console.error(error.what(), error.remedy());
    return static_cast<int>(error.code());
  } catch (const Error& e) {
    console.error(e.what(), e.remedy());
    return static_cast<int>(e.code());
  } catch (const std::filesystem::filesystem_error& e) {
    console.error(words_of(e), "check the path and its permissions");
    return static_cast<int>(ExitCode::failed);
  } catch (const std::bad_alloc&) {
    console.error("out of memory", "give it more, or less to do");
    return static_cast<int>(ExitCode::failed);
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
