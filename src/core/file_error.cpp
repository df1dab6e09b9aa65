#include "file_error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

std::string remedy_for(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "free some space there, or name a folder on another disk";
    case EACCES:
    case EPERM:
      return "check the permissions of the file and its folder, or name another one";
    case EROFS:
      return "that file system is read-only: name a folder on another one";
    case ENOENT:
    case ENOTDIR:
      return "check the path";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files (ulimit -n)";
    case EIO:
      return "the disk reports a fault: check it before trusting anything on it";
    default:
      return {};
  }
}

}  // namespace

void fail_on_file(std::string_view verb, const std::filesystem::path& path, int error) {
  throw Error(ExitCode::failed, fmt::format("cannot {} {}: {}", verb, path.string(), std::generic_category().message(error)),
              remedy_for(error));
}

}  // namespace cnnbench
