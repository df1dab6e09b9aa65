#include "cnnbench/cli/console.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "cnnbench/cli/cells.hpp"
#include "cnnbench/cli/full_screen.hpp"
#include "cnnbench/core/safe_text.hpp"

namespace cnnbench {
namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

// Whoever read this may be gone: that is no reason to stop.
void write(std::FILE* file, const std::string& text) { static_cast<void>(std::fwrite(text.data(), 1, text.size(), file)); }

constexpr std::string_view yellow = "\x1b[33m", red = "\x1b[31m", plain = "\x1b[0m";

}  // namespace

Console& Console::get() {
  static Console console;
  return console;
}

Console::Console() { configure({}); }

void Console::configure(const ConsoleOptions& options) {
  options_ = options;
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  live_ = isatty(STDERR_FILENO) == 1 && !dumb;
  colored_ = live_ && !no_color();
}

bool Console::no_color() const { return options_.no_color || is_set("NO_COLOR"); }

int Console::columns() const { return screen_size(STDERR_FILENO).columns; }

void Console::print(std::string_view text) {
  if (line_open_) write(stderr, fmt::format("\r\x1b[K"));
  line_open_ = false;
  write(stderr, fmt::format("{}\n", text));
}

void Console::result(std::string_view text) {
  if (line_open_) close_line();
  write(stdout, fmt::format("{}\n", text));
  std::fflush(stdout);
}

void Console::say(std::string_view text) {
  if (options_.loudness != Loudness::quiet) print(text);
}

void Console::warn(std::string_view text) {
  print(colored_ ? fmt::format("{}warning:{} {}", yellow, plain, safe(text)) : fmt::format("warning: {}", safe(text)));
}

void Console::error(std::string_view what, std::string_view remedy) {
  const std::string line = remedy.empty() ? safe(what) : fmt::format("{} -- {}", safe(what), safe(remedy));
  print(colored_ ? fmt::format("{}error:{} {}", red, plain, line) : fmt::format("error: {}", line));
}

void Console::redraw(std::string_view line) {
  if (!live() || !in_foreground(STDERR_FILENO)) return;
  write(stderr, fmt::format("\r{}\x1b[K", cut_to(line, columns() - 1)));
  std::fflush(stderr);
  line_open_ = true;
}

void Console::close_line() {
  if (line_open_) write(stderr, fmt::format("\n"));
  line_open_ = false;
}

std::string Console::safe(std::string_view text) {
  std::string out;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    out += safe_text(text.substr(from, end - from), text.size());
    if (end < text.size()) out += '\n';
    from = end + 1;
  }
  return out;
}

}  // namespace cnnbench
