#include "cnnbench/cli/console.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "cnnbench/cli/cells.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/cli/full_screen.hpp"
#include "cnnbench/core/clock.hpp"
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

Console::Console() : last_words_(seconds_now()) { configure({}); }

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
  last_words_ = seconds_now();
  write(stderr, fmt::format("{}\n", text));
}

void Console::write_out(std::string_view text) {
  if (line_open_) close_line();
  if (output_error_ == 0 && output_was_closed()) output_error_ = EBADF;
  const std::string line = fmt::format("{}\n", text);
  for (std::string_view left = line; output_error_ == 0 && !left.empty();) {
    const ssize_t written = ::write(STDOUT_FILENO, left.data(), left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // somebody made the pipe non-blocking
      pollfd ready{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      output_error_ = errno;
    }
  }
}

void Console::result(std::string_view text) { write_out(safe(text)); }

void Console::document(std::string_view text) {
  if (isatty(STDOUT_FILENO) == 1)
    write_out(safe(text));
  else
    write_out(text);
}

void Console::picture(std::string_view text) { write_out(text); }

std::string Console::lost_output() {
  // Some file systems find only when a file is closed that there is no room for it.
  if (const int copy = output_error_ == 0 ? ::dup(STDOUT_FILENO) : -1; copy >= 0 && ::close(copy) != 0 && errno != EINTR)
    output_error_ = errno;
  if (output_error_ == 0) return "";
  return fmt::format("cannot write the result to standard output: {}",
                     output_error_ == EBADF ? "it is closed" : std::generic_category().message(output_error_));
}

bool Console::reader_left() const { return output_error_ == EPIPE; }

void Console::say(std::string_view text) {
  if (options_.loudness != Loudness::quiet) print(safe(text));
}

void Console::words(std::string_view text) { print(safe(text)); }

void Console::warn(std::string_view text) {
  print(colored_ ? fmt::format("{}{}warning:{} {}", options_.rank, yellow, plain, safe(text))
                 : fmt::format("{}warning: {}", options_.rank, safe(text)));
}

void Console::error(std::string_view what, std::string_view remedy) {
  const std::string line = remedy.empty() ? safe(what) : fmt::format("{} -- {}", safe(what), safe(remedy));
  print(colored_ ? fmt::format("{}{}error:{} {}", options_.rank, red, plain, line)
                 : fmt::format("{}error: {}", options_.rank, line));
}

void Console::redraw(std::string_view line) {
  if (!live()) {
    constexpr double seconds_between = 30;  // a log says now and then where long work is
    if (options_.loudness != Loudness::quiet && seconds_now() - last_words_ > seconds_between) print(safe(line));
    return;
  }
  if (!in_foreground(STDERR_FILENO)) return;
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
