#include "screen_guard.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "cnnbench/cli/full_screen.hpp"
#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

constexpr std::string_view enter_sequence = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
constexpr std::string_view leave_sequence = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr std::array deadly{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT, SIGHUP};
constexpr std::array answered{SIGWINCH, SIGTSTP, SIGCONT};

struct Taken {
  int terminal = -1, kept = -1;  // where stderr went before, where it goes now
  std::array<int, 2> wake{-1, -1};
  termios before{};
  bool has_before = false;
  off_t told = 0;  // bytes of `kept` that the terminal has seen
  std::array<struct sigaction, deadly.size()> before_deadly{};
  std::array<struct sigaction, answered.size()> before_answered{};
};
Taken taken;
std::atomic<bool> is_taken = false, is_entered = false;

// The terminal may be gone: nobody is left to tell.
void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Without SIGTTOU, which would stop the program where it is in the background.
void set_attributes(const termios& attributes) {
  sigset_t output, before;
  sigemptyset(&output);
  sigaddset(&output, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &output, &before);
  tcsetattr(taken.terminal, TCSANOW, &attributes);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void tell_kept() {
  std::array<char, 4096> piece;
  for (ssize_t got; (got = ::pread(taken.kept, piece.data(), piece.size(), taken.told)) > 0; taken.told += got)
    write_all(taken.terminal, {piece.data(), static_cast<std::size_t>(got)});
}

// Safe in a signal handler, as all that it calls.
void leave() {
  if (is_entered.exchange(false)) {
    // First what no text can: a terminal that takes no more would hold up the rest. Who sees the screen change may type at once.
    if (taken.has_before) set_attributes(taken.before);
    write_all(taken.terminal, leave_sequence);
  }
  if (is_taken) tell_kept();
}

// For good: stderr is the terminal again.
void give_back() {
  if (is_taken) ::dup2(taken.terminal, STDERR_FILENO);
  leave();
}

// The signal is pending when this returns: it then meets what was there before us, at the place where it came from.
void on_deadly(int signal) {
  give_back();
  for (std::size_t i = 0; i < deadly.size(); ++i)
    if (deadly[i] == signal) sigaction(signal, &taken.before_deadly[i], nullptr);
  raise(signal);
}

void on_answered(int signal) {
  const int before = errno;
  const auto byte = static_cast<char>(signal);
  write_all(taken.wake[1], {&byte, 1});
  errno = before;
}

template <std::size_t n>
void catch_signals(const std::array<int, n>& signals, void (*handler)(int), int flags, std::array<struct sigaction, n>& before) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  for (std::size_t i = 0; i < n; ++i) {
    sigaction(signals[i], nullptr, &before[i]);
    if (before[i].sa_handler != SIG_IGN) sigaction(signals[i], &action, nullptr);
  }
}

template <std::size_t n>
void release_signals(const std::array<int, n>& signals, const std::array<struct sigaction, n>& before) {
  for (std::size_t i = 0; i < n; ++i) sigaction(signals[i], &before[i], nullptr);
}

// A stack that has overflown cannot hold the handler's frame.
void use_stack_for_signals() {
  alignas(16) static std::array<char, 1 << 16> memory;
  stack_t stack{};
  if (sigaltstack(nullptr, &stack) != 0 || (stack.ss_flags & SS_DISABLE) == 0) return;
  stack = {.ss_sp = memory.data(), .ss_flags = 0, .ss_size = memory.size()};
  sigaltstack(&stack, nullptr);
}

void require(bool done, const char* what) {
  if (!done)
    throw Error(ExitCode::failed, fmt::format("no full screen: {}: {}", what, std::strerror(errno)), "leave out --dashboard");
}

}  // namespace

void abandon_full_screen() { give_back(); }

ScreenGuard::ScreenGuard() {
  taken = {};
  require(::pipe2(taken.wake.data(), O_CLOEXEC) == 0, "pipe");
  fcntl(taken.wake[1], F_SETFL, O_NONBLOCK);  // a full pipe wakes too
  taken.terminal = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  taken.kept = ::memfd_create("cnnbench-stderr", MFD_CLOEXEC);
  require(taken.terminal >= 0 && taken.kept >= 0 && ::dup2(taken.kept, STDERR_FILENO) >= 0, "stderr");
  static const int at_exit = std::atexit(abandon_full_screen);  // a library may call exit()
  static_cast<void>(at_exit);
  use_stack_for_signals();
  is_taken = true;
  catch_signals(deadly, on_deadly, SA_ONSTACK, taken.before_deadly);
  catch_signals(answered, on_answered, SA_RESTART, taken.before_answered);
}

ScreenGuard::~ScreenGuard() {
  release_signals(answered, taken.before_answered);
  give_back();
  release_signals(deadly, taken.before_deadly);
  is_taken = false;
  for (const int file : {taken.terminal, taken.kept, taken.wake[0], taken.wake[1]}) ::close(file);
}

int ScreenGuard::terminal() const { return taken.terminal; }
bool ScreenGuard::entered() const { return is_entered; }

void ScreenGuard::enter() {
  taken.has_before = tcgetattr(taken.terminal, &taken.before) == 0;
  is_entered = true;
  if (taken.has_before) {
    termios silent = taken.before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL);
    set_attributes(silent);
  }
  write_all(taken.terminal, enter_sequence);
}

void ScreenGuard::draw(std::string_view frame) {
  if (is_entered) write_all(taken.terminal, frame);
}

void ScreenGuard::suspend() {
  leave();
  struct sigaction ours {
  }, plain{};
  plain.sa_handler = SIG_DFL;
  sigaction(SIGTSTP, &plain, &ours);
  raise(SIGTSTP);  // nothing, where no shell would continue us
  sigaction(SIGTSTP, &ours, nullptr);
}

int ScreenGuard::next_signal() {
  char byte = 0;
  while (::read(taken.wake[0], &byte, 1) < 0 && errno == EINTR) {
  }
  return byte;
}

void ScreenGuard::end_signals() {
  const char end = 0;
  fcntl(taken.wake[1], F_SETFL, 0);  // this one must arrive
  write_all(taken.wake[1], {&end, 1});
}

}  // namespace cnnbench
