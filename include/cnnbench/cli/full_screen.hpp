// A terminal's whole screen, lent for a while: the alternate screen, without cursor and echo. The terminal is given back as it was
// at the end, on an exception, while the program is stopped (Ctrl-Z), and by a signal that kills: crashes too. What is written to
// stderr meanwhile, by us or by a library, would tear the picture: it is kept, and told below when the screen is given back.
// Nothing is drawn in the background. One at a time. Not here: what is drawn.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace cnnbench {

struct ScreenSize {
  int columns = 80, rows = 24;
  bool operator==(const ScreenSize&) const = default;
};
ScreenSize screen_size(int terminal);  // 80x24 where it does not say
bool in_foreground(int terminal);      // whether what we write there disturbs nobody; a pipe is never disturbed

class FullScreen {
 public:
  // Lines from the top, each narrower than the screen: what is beyond is not shown.
  using Layout = std::function<std::vector<std::string>(ScreenSize)>;

  // Takes stderr's terminal. `layout` is called by one thread at a time: update()'s, or one that answers a change of the window.
  explicit FullScreen(Layout layout);
  ~FullScreen();
  FullScreen(const FullScreen&) = delete;
  FullScreen& operator=(const FullScreen&) = delete;

  // Makes the change that the layout will see, and draws it, 10 times a second at most.
  void update(const std::function<void()>& change);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Gives the terminal back at once, where it is taken. For the last moments of the process: safe in a signal handler.
void abandon_full_screen();

}  // namespace cnnbench
