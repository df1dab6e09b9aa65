#include "cnnbench/core/scratch_folder.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

constexpr const char* prefix = "cnnbench-scratch-";
constexpr std::chrono::minutes settled{1};  // a younger one may be between being made and being locked

// The lock's descriptor, -1 where another process holds it. A child does not inherit it: a killed parent's children end too.
int try_lock(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 || ::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  ::close(fd);
  return -1;
}

void remove_abandoned(const fs::path& all) {
  std::error_code ignored;
  for (fs::directory_iterator entry(all, ignored), end; entry != end; entry.increment(ignored)) {
    if (!entry->path().filename().string().starts_with(prefix)) continue;
    const fs::file_time_type changed = entry->last_write_time(ignored);
    if (ignored || fs::file_time_type::clock::now() - changed < settled) continue;
    const int lock = try_lock(entry->path());
    if (lock < 0) continue;
    fs::remove_all(entry->path(), ignored);
    ::close(lock);
  }
}

}  // namespace

ScratchFolder::ScratchFolder() {
  std::error_code error;
  const fs::path all = fs::temp_directory_path(error);
  if (error) throw Error(ExitCode::failed, "there is no temporary folder: " + error.message(), "set TMPDIR");
  remove_abandoned(all);
  std::string name = (all / prefix).string() + "XXXXXX";
  if (!::mkdtemp(name.data())) throw Error(ExitCode::failed, "no folder can be made as " + name, "set TMPDIR");
  path_ = name;
  lock_ = try_lock(path_);
  if (lock_ < 0) {  // another process may remove the folder after a minute
    fs::remove(path_, error);
    throw Error(ExitCode::failed, name + " cannot be locked", "set TMPDIR");
  }
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  ::close(lock_);
}

}  // namespace cnnbench
