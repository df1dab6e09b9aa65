// The one error type that crosses a room's boundary, and the program's exit codes.
// `what` names the thing and the problem in one line; `remedy` says what to do about it (may be empty).
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace cnnbench {

enum class ExitCode : int {
  ok = 0,
  failed = 1,             // failed at run time
  usage = 2,              // command line or config
  no_device = 3,          // the device asked for is not there
  some_cells_failed = 4,  // of a bench
  regression = 5,
  undecided = 6,      // a gate that could not decide
  hung_up = 129,      // SIGHUP, likewise: the terminal is gone
  interrupted = 130,  // SIGINT, after everything is saved
  terminated = 143,   // SIGTERM, likewise
};

class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& what, std::string remedy = {})
      : std::runtime_error(what), code_(code), remedy_(std::move(remedy)) {}
  ExitCode code() const { return code_; }
  const std::string& remedy() const { return remedy_; }

 private:
  ExitCode code_;
  std::string remedy_;
};

}  // namespace cnnbench
