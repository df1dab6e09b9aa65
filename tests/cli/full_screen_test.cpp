#include "cnnbench/cli/full_screen.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace cnnbench {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char *enter = "\x1b[?1049h", *leave = "\x1b[?1049l";

// A terminal in place of stderr, and its other side.
class TerminalAsStderr {
 public:
  explicit TerminalAsStderr(ScreenSize size = {}) : master_(posix_openpt(O_RDWR | O_NOCTTY)), before_(dup(STDERR_FILENO)) {
    grantpt(master_);
    unlockpt(master_);
    slave_ = open(ptsname(master_), O_RDWR | O_NOCTTY);
    resize(size);
  }
  ~TerminalAsStderr() {
    dup2(before_, STDERR_FILENO);
    for (const int file : {master_, slave_, before_}) close(file);
  }
  TerminalAsStderr(const TerminalAsStderr&) = delete;
  TerminalAsStderr& operator=(const TerminalAsStderr&) = delete;

  void take_stderr() const { dup2(slave_, STDERR_FILENO); }
  void resize(ScreenSize size) const {
    const winsize window{static_cast<unsigned short>(size.rows), static_cast<unsigned short>(size.columns), 0, 0};
    ioctl(master_, TIOCSWINSZ, &window);
  }
  bool echoes() const {
    termios attributes{};
    tcgetattr(slave_, &attributes);
    return (attributes.c_lflag & ECHO) != 0;
  }
  // Everything so far, once it holds `text`.
  const std::string& until(const std::string& text) {
    std::array<char, 4096> piece;
    while (seen_.find(text) == std::string::npos) {
      const ssize_t got = read(master_, piece.data(), piece.size());
      if (got <= 0) break;
      seen_.append(piece.data(), static_cast<std::size_t>(got));
    }
    return seen_;
  }

 private:
  int master_, slave_ = -1, before_;
  std::string seen_;
};

std::vector<std::string> size_in_words(ScreenSize size) {
  return {std::to_string(size.columns) + "x" + std::to_string(size.rows), "", "low"};
}

TEST(FullScreen, LendsTheTerminalAndGivesItBackAsItWas) {
  TerminalAsStderr terminal;
  terminal.take_stderr();
  {
    FullScreen screen(size_in_words);
    EXPECT_TRUE(terminal.echoes());
    screen.update([] {});
    EXPECT_FALSE(terminal.echoes());
    EXPECT_THAT(terminal.until("low"), testing::AllOf(HasSubstr(enter), HasSubstr("\x1b[1;1H80x24\x1b[K\x1b[3;1Hlow\x1b[K")));
  }
  EXPECT_TRUE(terminal.echoes());
  EXPECT_THAT(terminal.until(leave), HasSubstr("\x1b[?25h"));
}

TEST(FullScreen, KeepsWhatIsWrittenToStderrUntilTheScreenIsBack) {
  TerminalAsStderr terminal;
  terminal.take_stderr();
  {
    FullScreen screen(size_in_words);
    screen.update([] { std::fputs("a library's warning\n", stderr); });
    EXPECT_THAT(terminal.until("low"), Not(HasSubstr("warning")));
  }
  std::fputs("after\n", stderr);
  EXPECT_THAT(terminal.until("after\r\n"), testing::EndsWith(std::string(leave) + "a library's warning\r\nafter\r\n"));
}

TEST(FullScreen, IsDrawnAnewWhenTheWindowChanges) {
  TerminalAsStderr terminal;
  terminal.take_stderr();
  FullScreen screen(size_in_words);
  screen.update([] {});
  terminal.until("low");
  terminal.resize({40, 12});
  std::raise(SIGWINCH);
  EXPECT_THAT(terminal.until("40x12\x1b[K\x1b[3;1Hlow\x1b[K"), HasSubstr("\x1b[2J\x1b[1;1H40x12"));
}

TEST(FullScreen, NothingIsTakenBeforeTheFirstDrawingButStderr) {
  TerminalAsStderr terminal;
  terminal.take_stderr();
  {
    const FullScreen screen(size_in_words);
    std::fputs("early\n", stderr);
  }
  EXPECT_THAT(terminal.until("early"), Not(HasSubstr("\x1b")));
}

TEST(FullScreen, AnExceptionGivesTheTerminalBack) {
  TerminalAsStderr terminal;
  terminal.take_stderr();
  EXPECT_THROW(
      {
        FullScreen screen(size_in_words);
        screen.update([] {});
        screen.update([] { throw std::runtime_error("no"); });
      },
      std::runtime_error);
  terminal.until(leave);
  EXPECT_TRUE(terminal.echoes());
}

// In a process of its own, whose terminal outlives it.
[[noreturn]] void die_on(const TerminalAsStderr& terminal, void (*death)()) {
  terminal.take_stderr();
  FullScreen screen(size_in_words);
  screen.update([] {});
  death();
  std::_Exit(0);
}

TEST(FullScreenDeathTest, ATerminatedProgramsLastWordsAreTold) {
  TerminalAsStderr terminal;
  EXPECT_EXIT(die_on(terminal, [] { std::terminate(); }), testing::KilledBySignal(SIGABRT), "");
  EXPECT_THAT(terminal.until("active exception\r\n"), HasSubstr(std::string(leave) + "terminate called"));
}

TEST(FullScreenDeathTest, ExitGivesTheTerminalBackToo) {
  TerminalAsStderr terminal;
  EXPECT_EXIT(die_on(terminal, [] { std::exit(3); }), testing::ExitedWithCode(3), "");
  terminal.until(leave);
  EXPECT_TRUE(terminal.echoes());
}

// The sanitizers answer these themselves, after us.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(FullScreenDeathTest, ACrashGivesTheTerminalBackFirst) {
  TerminalAsStderr terminal;
  EXPECT_EXIT(die_on(terminal, [] { std::raise(SIGSEGV); }), testing::KilledBySignal(SIGSEGV), "");
  EXPECT_THAT(terminal.until(leave), HasSubstr(enter));
  EXPECT_TRUE(terminal.echoes());
}

volatile int deepest = -1;
int without_end(int depth) {
  volatile char frame[4096];
  frame[0] = static_cast<char>(depth);
  return depth == deepest ? 0 : without_end(depth + 1) + frame[0];
}

TEST(FullScreenDeathTest, AStackThatOverflowsTooGivesItBack) {
  TerminalAsStderr terminal;
  EXPECT_EXIT(die_on(terminal, [] { deepest = without_end(0); }), testing::KilledBySignal(SIGSEGV), "");
  terminal.until(leave);
  EXPECT_TRUE(terminal.echoes());
}
#endif

}  // namespace
}  // namespace cnnbench
