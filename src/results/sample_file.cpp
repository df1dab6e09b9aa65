#include "cnnbench/results/sample_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/core/read_json.hpp"
#include "whole_lines.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

int locked(const fs::path& file, const fs::path& for_file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0)
    throw Error(ExitCode::failed, fmt::format("{} cannot be written", file.string()), "check the folder and its permissions");
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  ::close(fd);
  throw Error(ExitCode::usage, fmt::format("another cnnbench writes to {}", for_file.string()),
              "wait for it, or name another file");
}

}  // namespace

void refuse_what_is_there(const fs::path& file) {
  throw Error(ExitCode::usage, fmt::format("{} is there already", file.string()), "--resume goes on with it; or name another file");
}

SampleFile::SampleFile(const fs::path& path, bool resume, const fs::path& for_file) : path_(path) {
  const bool there = fs::exists(path);
  lock_.fd = locked(path, for_file);
  if (there && !resume) refuse_what_is_there(for_file);
  const std::string text = whole_lines(path);
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = text.find('\n', from);
    nlohmann::ordered_json sample = read_json(text.substr(from, end - from));
    if (sample.is_object()) found_.push_back(std::move(sample));
    from = end + 1;
  }
  // In place, for the lock is on this very file.
  if (::ftruncate(lock_.fd, static_cast<off_t>(text.size())) != 0)
    throw Error(ExitCode::failed, fmt::format("{} cannot be written", path.string()));
  lines_.emplace(path);
}

SampleFile::Lock::~Lock() {
  if (fd >= 0) ::close(fd);
}

void SampleFile::add(const nlohmann::ordered_json& sample) { lines_->line(json_line(sample)); }

void SampleFile::remove() { fs::remove(path_); }

}  // namespace cnnbench
