#include "cnnbench/core/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

constexpr double grace_seconds = 20;  // from SIGTERM to SIGKILL: a run that is told to stop finishes its step and saves

// A file without a name, so that a child that writes a lot never waits for its reader.
class Capture {
 public:
  Capture() : fd_(::memfd_create("cnnbench-child", MFD_CLOEXEC)) {
    if (fd_ < 0) throw Error(ExitCode::failed, fmt::format("no file for a child's output: {}", std::strerror(errno)));
  }
  ~Capture() { ::close(fd_); }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  int fd() const { return fd_; }
  std::string text() const {
    std::string out(static_cast<std::size_t>(std::max<off_t>(0, ::lseek(fd_, 0, SEEK_END))), '\0');
    const ssize_t got = ::pread(fd_, out.data(), out.size(), 0);
    out.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return out;
  }

 private:
  int fd_;
};

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    if (!added.contains(text.substr(0, text.find('=')))) out.push_back(text);
  }
  for (const auto& [name, value] : added) out.push_back(name + "=" + value);
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// fork, not posix_spawn: only so can the child ask to die with its parent, even one that is killed.
pid_t start(std::vector<std::string> arguments, std::vector<std::string> environment, const Capture& output,
            const Capture& errors) {
  if (::access(arguments.front().c_str(), X_OK) != 0)
    throw Error(ExitCode::failed, fmt::format("{} cannot be started: {}", arguments.front(), std::strerror(errno)));
  const std::vector<char*> argv = pointers(arguments), envp = pointers(environment);
  const pid_t parent = ::getpid(), pid = ::fork();
  if (pid < 0) throw Error(ExitCode::failed, fmt::format("no process for {}: {}", arguments.front(), std::strerror(errno)));
  if (pid > 0) {
    ::setpgid(pid, pid);  // here and there: whichever is first
    return pid;
  }
  // Nothing here takes memory or locks. A group of its own: Ctrl-C is the parent's to pass on.
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = ::open("/dev/null", O_RDONLY);
  const bool ready = ::getppid() == parent && nothing >= 0 && ::dup2(nothing, STDIN_FILENO) >= 0 &&
                     ::dup2(output.fd(), STDOUT_FILENO) >= 0 && ::dup2(errors.fd(), STDERR_FILENO) >= 0;
  if (ready) ::execve(argv.front(), argv.data(), envp.data());
  ::_exit(127);
}

// A child is a group of its own, which the terminal's Ctrl-Z does not reach: it stops before us and goes on after us.
std::atomic<pid_t> running_child = 0;

void on_terminal_stop(int signal) {
  const int before = errno;
  const pid_t child = running_child;
  if (child > 0) ::kill(-child, SIGSTOP);
  struct sigaction ours {
  }, plain{};
  plain.sa_handler = SIG_DFL;
  ::sigaction(signal, &plain, &ours);
  ::raise(signal);
  sigset_t stop, blocked;
  sigemptyset(&stop);
  sigaddset(&stop, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &stop, &blocked);  // stands still here, unless no shell could continue us
  ::pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
  ::sigaction(signal, &ours, nullptr);
  if (child > 0) ::kill(-child, SIGCONT);
  errno = before;
}

class StopsWithUs {
 public:
  explicit StopsWithUs(pid_t child) {
    running_child = child;
    ::sigaction(SIGTSTP, nullptr, &before_);
    if (before_.sa_handler != SIG_DFL) return;  // somebody answers it already, or it is ignored
    struct sigaction action {};
    action.sa_handler = on_terminal_stop;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGTSTP, &action, nullptr);
  }
  ~StopsWithUs() {
    ::sigaction(SIGTSTP, &before_, nullptr);
    running_child = 0;
  }
  StopsWithUs(const StopsWithUs&) = delete;
  StopsWithUs& operator=(const StopsWithUs&) = delete;

 private:
  struct sigaction before_ {};
};

// False while it runs. Where its end cannot be told (SIGCHLD is ignored, so that the kernel forgets it) nothing is known of it, and
// least of all that it went well.
bool has_ended(pid_t pid, const std::string& name, int& status) {
  const pid_t ended = ::waitpid(pid, &status, WNOHANG);
  if (ended < 0 && errno != EINTR)
    throw Error(ExitCode::failed, fmt::format("cannot tell how {} ended: {}", name, std::strerror(errno)),
                "start cnnbench from a process that does not ignore SIGCHLD");
  return ended == pid;
}

}  // namespace

ChildOutcome run_child(const ChildOptions& options) {
  const Capture output, errors;
  ChildOutcome out;
  const PauseWatch pause_watch;  // a pause counts towards no limit
  const double begin = seconds_now();
  const pid_t pid = start(options.arguments, merged_environment(options.environment), output, errors);
  const StopsWithUs stops_with_us(pid);
  double told_at = 0;
  int status = 0;
  while (!has_ended(pid, options.arguments.front(), status)) {
    const double now = seconds_now();
    out.stopped = out.stopped || (options.stop && options.stop());
    out.timed_out = out.timed_out || (!out.stopped && now - begin > options.timeout_seconds);
    if ((out.stopped || out.timed_out) && told_at == 0) {
      told_at = now;
      ::kill(-pid, SIGTERM);
    } else if (told_at > 0 && now - told_at > grace_seconds) {
      ::kill(-pid, SIGKILL);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  out.seconds = seconds_now() - begin;
  out.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  out.output = output.text();
  out.errors = errors.text();
  return out;
}

}  // namespace cnnbench
