// A program run as a child: its output kept, its time limited. Not here: what it is asked.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace cnnbench {

struct ChildOptions {
  std::vector<std::string> arguments{};              // the program's file first
  std::map<std::string, std::string> environment{};  // added to this process's own
  double timeout_seconds = 600;
  std::function<bool()> stop{};  // asked some 50 times a second; true: the child gets SIGTERM, later SIGKILL
};

struct ChildOutcome {
  int exit_code = 0;  // 128 + N: signal N
  bool timed_out = false, stopped = false;
  std::string output, errors;  // stdout, stderr
  double seconds = 0;
};

// Throws Error(failed) where the program cannot be started, or its end cannot be told. Ctrl-Z stops it too. From one thread at a
// time.
ChildOutcome run_child(const ChildOptions&);

}  // namespace cnnbench
