#include "cnnbench/core/scratch_folder.hpp"

#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "cnnbench/core/abandoned.hpp"
#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

constexpr const char* prefix = "cnnbench-scratch-";

// Empty where none can be made there; `why` says the cause.
fs::path made_in(const fs::path& place, std::string& why) {
  remove_abandoned(place, [](std::string_view name) { return name.starts_with(prefix); });
  std::string name = (place / prefix).string() + "XXXXXX";
  if (::mkdtemp(name.data()) != nullptr) return name;
  why += fmt::format("{}{}: {}", why.empty() ? "" : "; ", place.string(), std::generic_category().message(errno));
  return {};
}

}  // namespace

ScratchFolder::ScratchFolder() {
  std::error_code error;
  std::string why;
  const fs::path temporary = fs::temp_directory_path(error);
  if (error) why = "there is no temporary folder";
  if (!error) path_ = made_in(temporary, why);
  if (path_.empty()) path_ = made_in(fs::current_path(error), why);
  if (path_.empty())
    throw Error(ExitCode::failed, fmt::format("no scratch folder can be made ({})", why),
                "set TMPDIR to a folder that can be written to, or start it in one");
  lock_ = try_lock(path_);
  if (lock_ < 0) {  // another process may remove the folder after a minute
    fs::remove(path_, error);
    throw Error(ExitCode::failed, path_.string() + " cannot be locked", "set TMPDIR");
  }
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  ::close(lock_);
}

}  // namespace cnnbench
