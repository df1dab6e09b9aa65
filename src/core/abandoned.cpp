#include "cnnbench/core/abandoned.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <string>

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::minutes settled{1};

}  // namespace

int try_lock(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 || ::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  ::close(fd);
  return -1;
}

void remove_abandoned(const fs::path& folder, const std::function<bool(std::string_view)>& is_such) {
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
    std::error_code failed;
    if (!is_such(entry->path().filename().string()) || entry->is_symlink(failed)) continue;
    const fs::file_time_type changed = entry->last_write_time(failed);
    if (failed || fs::file_time_type::clock::now() - changed < settled) continue;
    const int lock = try_lock(entry->path());
    if (lock < 0) continue;
    fs::remove_all(entry->path(), failed);
    ::close(lock);
  }
}

}  // namespace cnnbench
