// A folder that is made beside its final place and renamed there when complete; if it is not, it goes away. A half-made one
// is never mistaken for the real one, and two processes at the same target do not collide. That of a killed process goes with the
// next one at the same target (core/abandoned.hpp).
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

#include "cnnbench/core/abandoned.hpp"
#include "cnnbench/core/error.hpp"

namespace cnnbench {

class Draft {
 public:
  explicit Draft(const std::filesystem::path& target) : target_(std::filesystem::absolute(target).lexically_normal()) {
    if (!target_.has_filename()) target_ = target_.parent_path();  // "data/catdog/"
    std::error_code error;
    std::filesystem::create_directories(target_.parent_path(), error);
    if (error) cannot_write(target_.parent_path(), error.message());
    const std::string start = fmt::format(".{}.", target_.filename().string());
    remove_abandoned(target_.parent_path(), [&start](std::string_view left) {
      return left.starts_with(start) && left.size() == start.size() + 6 && left.find('.', start.size()) == left.npos;
    });
    std::string name = target_.parent_path() / (start + "XXXXXX");
    if (mkdtemp(name.data()) == nullptr) cannot_write(name, std::strerror(errno));
    path_ = name;
    lock_ = try_lock(path_);
  }
  ~Draft() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
    if (lock_ >= 0) close(lock_);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // A folder inside, made if need be.
  std::filesystem::path folder(const std::filesystem::path& below) const {
    std::error_code error;
    std::filesystem::create_directories(path_ / below, error);
    if (error) cannot_write(path_ / below, error.message());
    return path_ / below;
  }

  // False where the target has appeared meanwhile; it is left as it is.
  bool finish() {
    using std::filesystem::perms;
    std::error_code error;
    const perms others = perms::group_read | perms::group_exec | perms::others_read | perms::others_exec;
    std::filesystem::permissions(path_, perms::owner_all | others, error);
    if (const int folder = open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
      syncfs(folder);  // the files before their name: after a power cut they must not be empty
      close(folder);
    }
    std::filesystem::rename(path_, target_, error);
    if (error && !std::filesystem::exists(target_)) cannot_write(target_, error.message());
    return !error;
  }

  [[noreturn]] static void cannot_write(const std::filesystem::path& path, const std::string& why) {
    throw Error(ExitCode::failed, fmt::format("cannot write {}: {}", path.string(), why),
                "make room there, or choose a folder that can be written (CNNBENCH_DATA, --out)");
  }

 private:
  std::filesystem::path target_, path_;
  int lock_ = -1;
};

}  // namespace cnnbench
