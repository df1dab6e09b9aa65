#include "cnnbench/cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/train_view.hpp"

namespace cnnbench {

std::function<void(std::size_t, std::size_t)> show_progress(std::string what) {
  constexpr std::size_t steps = 200;  // more often is only work
  return [what = std::move(what), last = steps + 1](std::size_t done, std::size_t total) mutable {
    if (total == 0) return;
    const std::size_t step = steps * done / total;
    if (step == last) return;
    last = step;
    Console& console = Console::get();
    const std::string count = fmt::format(" {}/{}", done, total);
    const int room = console.columns() - 2 - static_cast<int>(what.size() + count.size());
    console.redraw(what + " " + progress_bar(static_cast<double>(done) / static_cast<double>(total), std::min(32, room)) + count);
    if (done == total) console.close_line();
  };
}

}  // namespace cnnbench
