// The terminal while a full screen has it, and giving it back whatever happens: what signal handlers must reach is plain data here.
// Not here: drawing, and threads.
#pragma once

#include <string_view>

namespace cnnbench {

class ScreenGuard {
 public:
  // Takes stderr's terminal: stderr becomes a file in memory, signals that kill give the terminal back first. SIGWINCH, SIGTSTP and
  // SIGCONT are written to a pipe, a byte each.
  ScreenGuard();
  ~ScreenGuard();
  ScreenGuard(const ScreenGuard&) = delete;
  ScreenGuard& operator=(const ScreenGuard&) = delete;

  int terminal() const;
  bool entered() const;
  void enter();                       // alternate screen, cleared; no cursor, no line wrap, no echo
  void draw(std::string_view frame);  // nothing where it is not entered
  void suspend();                     // gives the terminal back and stops as Ctrl-Z does; returns when continued, not entered
  int next_signal();                  // waits for one; 0: end_signals() was called
  void end_signals();
};

}  // namespace cnnbench
