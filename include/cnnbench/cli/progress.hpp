// Where long work is: a bar that is redrawn on a terminal, in a pipe a line now and then (Console::redraw).
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace cnnbench {

// Called with what is done and what there is in all. "decoding [=====>....] 120/400".
std::function<void(std::size_t done, std::size_t total)> show_progress(std::string what);

}  // namespace cnnbench
