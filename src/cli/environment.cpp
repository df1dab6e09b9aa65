#include "cnnbench/cli/environment.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <opencv2/core.hpp>

#include "cnnbench/cli/full_screen.hpp"
#include "cnnbench/cli/torch_folder.hpp"
#include "cnnbench/core/build_info.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/usable.hpp"

namespace cnnbench {
namespace {

volatile std::sig_atomic_t stopped_by = 0;
ExitCode status = ExitCode::ok;

void on_stop(int signal) {
  if (stopped_by != 0) {
    if (signal == SIGHUP) return;  // the shell's, and the kernel's when the shell is gone: one hang-up
    abandon_full_screen();
    _exit(128 + signal);
  }
  stopped_by = signal;
}

// One OpenMP thread per usable core, each kept there: two threads that share a core wait for each other at every barrier,
// which makes a step take ten to twenty times as long, for seconds on end.
void bind_compute_threads() {
  std::string places;
  for (const int cpu : process_cpus().cpus) places += fmt::format("{}{{{}}}", places.empty() ? "" : ",", cpu);
  setenv("OMP_PROC_BIND", "true", 0);
  setenv("GOMP_SPINCOUNT", "10000", 0);  // a waiting thread sleeps after some ten microseconds instead of burning a core
  setenv("OMP_PLACES", places.c_str(), 0);
}

// Looked for, not loaded.
std::string torch_version_here() {
  try {
    return find_torch(torch_search()).version;
  } catch (const Error&) {
    return "not found";
  }
}

bool closed_output = false;

void open_standard_files() {
  for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(file, F_GETFD) != -1 || errno != EBADF) continue;
    closed_output = closed_output || file == STDOUT_FILENO;
    ::open("/dev/null", O_RDWR);  // takes the lowest number that is free, which is this one
  }
}

}  // namespace

bool output_was_closed() { return closed_output; }

void prepare_process() {
  open_standard_files();
  std::signal(SIGCHLD, SIG_DFL);
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);  // Ctrl-C ends the `tee` behind us too: that must not keep a run from being saved
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
  cv::setNumThreads(0);  // the workers are ours
  try {
    bind_compute_threads();
  } catch (const Error&) {  // of a launcher's variables: told once it is known how errors are told
  }
}

int stop_signal() { return stopped_by; }

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_stop;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  struct sigaction before {};
  sigaction(SIGHUP, nullptr, &before);
  if (before.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);  // nohup's wish is that it goes on
}

ExitCode exit_status() { return status; }
void set_exit_status(ExitCode code) { status = code; }

std::string version_text() {
  const BuildInfo build = build_info();
  return fmt::format("cnnbench {} (commit {}, {}, {}, libtorch {})", build.version, build.commit, build.compiler, build.build_type,
                     torch_version_here());
}

}  // namespace cnnbench
