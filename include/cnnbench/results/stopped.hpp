// RunResult::stopped is words; here those that somebody decides by are written and understood.
#pragma once

#include <optional>
#include <string>

#include "cnnbench/core/error.hpp"

namespace cnnbench {

std::string stopped_by_signal(int signal);   // "signal 2"
std::string stopped_by_error(const Error&);  // "error: WHAT -- REMEDY"
std::optional<int> signal_in(const std::string& stopped);
std::optional<Error> error_in(const std::string& stopped);

}  // namespace cnnbench
