#include "cnnbench/core/scratch_folder.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <string>

#include "cnnbench/core/abandoned.hpp"
#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

constexpr const char* prefix = "cnnbench-scratch-";

}  // namespace

ScratchFolder::ScratchFolder() {
  std::error_code error;
  const fs::path all = fs::temp_directory_path(error);
  if (error) throw Error(ExitCode::failed, "there is no temporary folder: " + error.message(), "set TMPDIR");
  remove_abandoned(all, [](std::string_view name) { return name.starts_with(prefix); });
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
