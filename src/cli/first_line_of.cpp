// posix_spawn, a pipe and a deadline: popen has no time limit.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>

#include "cnnbench/cli/torch_folder.hpp"

namespace cnnbench {
namespace {

using Clock = std::chrono::steady_clock;

// Reads to the end, so that the command never sees a closed pipe; nothing when the time is over first.
std::optional<std::string> read_all(int fd, Clock::time_point deadline) {
  std::string text;
  char buffer[512];
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd ready{fd, POLLIN, 0};
    const int polled = left > 0 ? ::poll(&ready, 1, static_cast<int>(left)) : 0;
    if (polled < 0 && errno == EINTR) {
      continue;
    }
    const ssize_t got = polled > 0 ? ::read(fd, buffer, sizeof buffer) : -1;
    if (got <= 0) {
      return got == 0 ? std::optional(text) : std::nullopt;
    }
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

pid_t spawn(const std::vector<std::string>& command, int output) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, 1);
  ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);  // its children are ended with it
  pid_t child = -1;
  const int failed = ::posix_spawnp(&child, arguments[0], &actions, &attributes, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  return failed ? -1 : child;
}

}  // namespace

std::optional<std::string> first_line_of(const std::vector<std::string>& command, double seconds) {
  const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  int ends[2];
  if (command.empty() || ::pipe2(ends, O_CLOEXEC) != 0) {
    return {};
  }
  const pid_t child = spawn(command, ends[1]);
  ::close(ends[1]);
  const auto text = child > 0 ? read_all(ends[0], deadline) : std::nullopt;
  ::close(ends[0]);
  if (child <= 0) {
    return {};
  }
  if (!text) {
    ::kill(-child, SIGKILL);
  }
  int status = 0;
  pid_t ended = 0;
  while ((ended = ::waitpid(child, &status, 0)) < 0 && errno == EINTR) {
  }
  if (!text || ended != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return {};
  }
  return text->substr(0, text->find('\n'));
}

}  // namespace cnnbench
