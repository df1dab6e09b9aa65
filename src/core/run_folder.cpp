// Run folders: made, claimed by one process, rid of what a killed one left.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <regex>
#include <system_error>
#include <utility>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "file_error.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

std::string sanitized(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, 100)) {
    const bool keep =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    out += keep ? c : '_';
  }
  // A leading dot hides the folder, a leading dash reads as an option.
  const auto start = out.find_first_not_of(".-");
  return start == std::string::npos ? "run" : out.substr(start);
}

std::string local_stamp(std::chrono::system_clock::time_point now) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return fmt::format("{:04}{:02}{:02}-{:02}{:02}{:02}", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour,
                     local.tm_min, local.tm_sec);
}

[[noreturn]] void unwritable(const fs::path& folder, const std::string& cause) {
  throw Error(ExitCode::failed, fmt::format("cannot use the run folder {}: {}", folder.string(), cause),
              "name a folder that can be written to with --run");
}

void make_folders(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) unwritable(folder, error.message());
  if (!fs::is_directory(folder, error)) unwritable(folder, "it is not a folder");
}

void try_to_write(const fs::path& folder) {
  const fs::path probe = folder / fmt::format(".writable.{}", ::getpid());
  const int fd = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) unwritable(folder, std::generic_category().message(errno));
  ::close(fd);
  ::unlink(probe.c_str());
}

// As AtomicFile and try_to_write() name what they have not finished: ".config.json.4711-0.tmp", ".writable.4711".
bool is_unfinished(const std::string& name) {
  static const std::regex unfinished(R"(\..+\.[0-9]+-[0-9]+\.tmp|\.writable\.[0-9]+)");
  return std::regex_match(name, unfinished);
}

// By processes that were killed: nobody else writes here, for the folder is claimed.
void remove_unfinished(const fs::path& folder) {
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored))
    if (is_unfinished(entry->path().filename().string())) fs::remove(entry->path(), ignored);
}

}  // namespace

fs::path make_run_folder(const fs::path& parent, std::string_view name, std::chrono::system_clock::time_point now) {
  make_folders(parent);
  const std::string base = fmt::format("{}-{}", sanitized(name), local_stamp(now));
  for (int i = 1; i < 10000; ++i) {
    const fs::path folder = parent / (i == 1 ? base : fmt::format("{}-{}", base, i));
    if (::mkdir(folder.c_str(), 0777) == 0) {  // unlike create_directory, fails where another process was first
      try_to_write(folder);
      return folder;
    }
    if (errno != EEXIST) unwritable(folder, std::generic_category().message(errno));
  }
  unwritable(parent / base, "10,000 runs of that name in one second");
}

FolderClaim::FolderClaim(const fs::path& folder) : fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (fd_ < 0) fail_on_file("read", folder, errno);
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;  // a file system without locks cannot tell
  ::close(std::exchange(fd_, -1));
  throw Error(ExitCode::usage, fmt::format("another cnnbench writes to {}", folder.string()),
              "wait for it, or name another folder");
}

FolderClaim::~FolderClaim() {
  if (fd_ >= 0) ::close(fd_);
}

FolderClaim::FolderClaim(FolderClaim&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FolderClaim use_run_folder(const fs::path& folder) {
  make_folders(folder);
  FolderClaim claim(folder);
  for (const char* name : {"config.json", "result.json"})
    if (std::error_code error; fs::exists(folder / name, error))
      throw Error(ExitCode::failed, fmt::format("the run folder {} already holds a run ({})", folder.string(), name),
                  "name a new folder with --run, or remove that one");
  remove_unfinished(folder);
  try_to_write(folder);
  return claim;
}

FolderClaim reuse_run_folder(const fs::path& folder) {
  FolderClaim claim(folder);
  remove_unfinished(folder);
  try_to_write(folder);
  return claim;
}

}  // namespace cnnbench
