#include "cnnbench/cli/full_screen.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <mutex>
#include <thread>

#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/threads.hpp"
#include "screen_guard.hpp"

namespace cnnbench {
namespace {

constexpr double least_interval_seconds = 0.1;

}  // namespace

ScreenSize screen_size(int terminal) {
  winsize size{};
  if (ioctl(terminal, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

bool in_foreground(int terminal) {
  const pid_t group = tcgetpgrp(terminal);
  return group < 0 || group == getpgrp();
}

struct FullScreen::Impl {
  explicit Impl(Layout l) : layout(std::move(l)), watcher(started_thread<std::thread>("the dashboard", [this] { watch(); })) {}
  ~Impl() {
    guard.end_signals();
    watcher.join();
  }

  void draw() {
    if (!in_foreground(guard.terminal())) return;
    const ScreenSize size = screen_size(guard.terminal());
    if (!guard.entered()) {
      guard.enter();
      shown.clear();
    }
    if (size != drawn_size) shown.clear();
    drawn_size = size;
    std::vector<std::string> lines = layout(size);
    lines.resize(static_cast<std::size_t>(size.rows));
    std::string frame = shown.empty() ? "\x1b[2J" : "";
    shown.resize(lines.size());
    for (std::size_t row = 0; row < lines.size(); ++row)
      if (lines[row] != shown[row]) frame += fmt::format("\x1b[{};1H{}\x1b[K", row + 1, lines[row]);
    guard.draw(frame);
    shown = std::move(lines);
  }

  void watch() {
    while (const int signal = guard.next_signal()) {
      const std::lock_guard lock(mutex);
      if (signal == SIGTSTP) guard.suspend();
      shown.clear();
      draw();
    }
  }

  Layout layout;
  ScreenGuard guard;
  std::mutex mutex;
  std::vector<std::string> shown;
  ScreenSize drawn_size{};
  double drawn_at = -1;
  std::thread watcher;
};

FullScreen::FullScreen(Layout layout) : impl_(std::make_unique<Impl>(std::move(layout))) {}
FullScreen::~FullScreen() = default;

void FullScreen::update(const std::function<void()>& change) {
  const std::lock_guard lock(impl_->mutex);
  change();
  const double now = seconds_now();
  if (now - impl_->drawn_at < least_interval_seconds) return;
  impl_->drawn_at = now;
  impl_->draw();
}

}  // namespace cnnbench
