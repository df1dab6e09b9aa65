// What the process needs around it: allocator and thread settings before torch is loaded, signals, the exit status.
#pragma once

#include <string>

#include "cnnbench/core/error.hpp"

namespace cnnbench {

// First in main. Keeps freed memory (activations beyond 32 MiB would otherwise be mapped and unmapped at each step: 640
// against 280 ms), and sets the OpenMP environment unless the user did: it must stand before libgomp loads.
// What was inherited is made usual: a closed stdin, stdout or stderr is /dev/null, so that no file that is opened takes its place;
// children can be waited for; a write beyond the limit of file sizes, or to a pipe that nobody reads, is an error where it happens
// and not the end of the process.
void prepare_process();
bool output_was_closed();  // stdout, when the process began

// The signal that asked the program to stop (SIGINT, SIGTERM), or 0. A second SIGINT leaves at once.
int stop_signal();
void catch_stop_signals();

// What main returns where nothing was thrown; commands set it for an end that is neither success nor an error.
ExitCode exit_status();
void set_exit_status(ExitCode);

// "cnnbench 0.1.0 (commit ..., g++ 12.2.0, libtorch 2.11.0)"
std::string version_text();

}  // namespace cnnbench
