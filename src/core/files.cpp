#include "cnnbench/core/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

#include "cnnbench/core/abandoned.hpp"
#include "cnnbench/core/error.hpp"
#include "file_error.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

void write_all(int fd, const char* data, std::size_t size, const fs::path& path) {
  while (size > 0) {
    const ssize_t n = ::write(fd, data, std::min<std::size_t>(size, 1u << 30));
    if (n < 0) {
      if (errno == EINTR) continue;
      fail_on_file("write", path, errno);
    }
    data += n;
    size -= static_cast<std::size_t>(n);
  }
}

// Some file systems cannot sync a folder, and pipes cannot sync at all; that is not a failed write.
void sync(int fd, const fs::path& path, std::string_view verb = "sync") {
  int done = ::fsync(fd);
  while (done != 0 && errno == EINTR) done = ::fsync(fd);
  if (done != 0 && errno != EINVAL && errno != ENOTSUP && errno != EROFS) fail_on_file(verb, path, errno);
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

void sync_folder_of(const fs::path& file) {
  const int fd = ::open(folder_of(file).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;  // a folder that may be written but not read
  try {
    sync(fd, file, "sync the folder of");
  } catch (...) {
    ::close(fd);
    throw;
  }
  ::close(fd);
}

std::string start_of_temporary(const fs::path& path) { return fmt::format(".{}.", path.filename().string().substr(0, 200)); }

// Those of killed processes, once for each file that this one writes.
void remove_abandoned_temporaries(const fs::path& path) {
  static std::mutex mutex;
  static std::set<fs::path> seen;
  {
    const std::lock_guard lock(mutex);
    if (!seen.insert(path).second) return;
  }
  const std::string start = start_of_temporary(path);
  remove_abandoned(folder_of(path), [&start](std::string_view name) {
    if (!name.starts_with(start) || !name.ends_with(".tmp")) return false;
    name.remove_prefix(start.size());
    return name.find_first_not_of("0123456789-") == name.size() - 4;
  });
}

}  // namespace

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)) {
  std::error_code error;
  if (fs::is_symlink(path_, error)) {
    const fs::path target = fs::weakly_canonical(path_, error);
    if (!error && (!fs::exists(target) || fs::is_regular_file(target))) path_ = target;
  }
  const fs::file_status status = fs::status(path_, error);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    static std::atomic<unsigned> count{0};
    remove_abandoned_temporaries(path_);
    temporary_ = folder_of(path_) / fmt::format("{}{}-{}.tmp", start_of_temporary(path_), ::getpid(), count++);
    fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd_ >= 0) ::flock(fd_, LOCK_EX | LOCK_NB);  // for as long as it is written; a file system without locks cannot tell
  }
  if (fd_ < 0) fail_on_file("write", path_, errno);
}

AtomicFile::~AtomicFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  write_all(fd_, reinterpret_cast<const char*>(bytes.data()), bytes.size(), path_);
}

void AtomicFile::write(std::string_view text) { write_all(fd_, text.data(), text.size(), path_); }

void AtomicFile::commit() {
  sync(fd_, path_);
  // close() reports what a network file system could not keep.
  if (::close(std::exchange(fd_, -1)) != 0) fail_on_file("write", path_, errno);
  if (temporary_.empty()) return;
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail_on_file("write", path_, errno);
  temporary_.clear();
  sync_folder_of(path_);
}

void write_atomic(const fs::path& path, std::span<const std::byte> bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void write_atomic(const fs::path& path, std::string_view text) { write_atomic(path, std::as_bytes(std::span(text))); }

void write_atomic(const fs::path& path, std::span<const std::uint8_t> bytes) { write_atomic(path, std::as_bytes(bytes)); }

void require_writable(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) fail_on_file("write", path, EISDIR);
  if (!fs::exists(status) || fs::is_regular_file(status))
    const AtomicFile probe(path);
  else if (::access(path.c_str(), W_OK) != 0)  // opened once only: whoever reads a pipe would take that for the end
    fail_on_file("write", path, errno);
}

std::string read_file(const fs::path& path, std::uint64_t max_bytes) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail_on_file("read", path, errno);
  struct Closer {
    int fd;
    ~Closer() { ::close(fd); }
  } closer{fd};
  const auto too_big = [&] {
    return Error(ExitCode::failed, fmt::format("cannot read {}: it is larger than {} bytes", path.string(), max_bytes),
                 "check that this is the file you mean");
  };
  struct stat info {};
  if (::fstat(fd, &info) != 0) fail_on_file("read", path, errno);
  if (S_ISDIR(info.st_mode)) fail_on_file("read", path, EISDIR);
  const auto expected = static_cast<std::uint64_t>(std::max<off_t>(info.st_size, 0));
  if (expected > max_bytes) throw too_big();
  // Files of /proc say 0, pipes too: read until the end whatever the size said.
  std::string out;
  std::size_t used = 0;
  for (;;) {
    if (used == out.size()) out.resize(std::max<std::size_t>({used + used / 2, expected + 1, 4096}));
    const ssize_t n = ::read(fd, out.data() + used, out.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_on_file("read", path, errno);
    if (n == 0) break;
    used += static_cast<std::size_t>(n);
    if (used > max_bytes) throw too_big();
  }
  out.resize(used);
  return out;
}

LineFile::LineFile(fs::path path) : path_(std::move(path)) {
  fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd_ < 0) fail_on_file("write", path_, errno);
}

LineFile::~LineFile() {
  if (fd_ >= 0) ::close(fd_);
}

LineFile::LineFile(LineFile&& other) noexcept : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

LineFile& LineFile::operator=(LineFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  return *this;
}

void LineFile::line(std::string_view text) {
  if (fd_ >= 0) record(fmt::format("{}\n", text));
}

void LineFile::record(std::string_view bytes) {
  if (fd_ >= 0) write_all(fd_, bytes.data(), bytes.size(), path_);
}

}  // namespace cnnbench
