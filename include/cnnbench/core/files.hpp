// Files that are either the old one or the new one, never half of it: written beside their name, fsynced, renamed, and
// the folder fsynced. Not here: formats. Every failure is an Error(failed) naming the file, the cause and a remedy.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace cnnbench {

// Write in pieces, then commit(); without commit() the temporary file is removed and the old file stays.
// A name that is no regular file (/dev/stdout, a pipe) is written to directly; a symbolic link keeps pointing where it did. What
// killed processes left of the same file goes (core/abandoned.hpp).
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  void write(std::span<const std::byte>);
  void write(std::string_view);
  void commit();

 private:
  std::filesystem::path path_, temporary_;  // temporary_ is empty where the file is written to directly
  int fd_ = -1;
};

void write_atomic(const std::filesystem::path&, std::span<const std::byte>);
void write_atomic(const std::filesystem::path&, std::string_view);
void write_atomic(const std::filesystem::path&, std::span<const std::uint8_t>);

// Before work whose result is to be written there: throws what writing would.
void require_writable(const std::filesystem::path&);

// The whole file; more than max_bytes is an error, found before the memory is taken.
std::string read_file(const std::filesystem::path&, std::uint64_t max_bytes);

// Makes parent/NAME-YYYYmmdd-HHMMSS (local time), with -2, -3, ... appended where that name is taken, and shows by writing a
// file that results can be kept there. NAME keeps letters, digits, '.', '_' and '-'; anything else becomes '_'.
std::filesystem::path make_run_folder(const std::filesystem::path& parent, std::string_view name,
                                      std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

// A folder that only one process writes to, as long as this lives in it; the system lets go of it when the process ends, however it
// ends.
class FolderClaim {
 public:
  FolderClaim() = default;  // of no folder
  explicit FolderClaim(const std::filesystem::path&);  // Error(usage) where another has it
  ~FolderClaim();
  FolderClaim(FolderClaim&&) noexcept;
  FolderClaim& operator=(FolderClaim&&) = delete;

 private:
  int fd_ = -1;
};

// A run folder that the user named: made with its parents if missing, claimed, and likewise tried. One that holds a run already
// (a config.json or a result.json) is refused.
[[nodiscard]] FolderClaim use_run_folder(const std::filesystem::path&);
// One that holds a run, to go on with it. Both remove what killed processes had not finished writing there.
[[nodiscard]] FolderClaim reuse_run_folder(const std::filesystem::path&);

// Lines, or records of bytes, added to the end of a file, each by one write, so that a kill leaves whole ones. Not synced to the
// disk.
class LineFile {
 public:
  LineFile() = default;  // closed: line() does nothing
  explicit LineFile(std::filesystem::path);
  ~LineFile();
  LineFile(LineFile&&) noexcept;
  LineFile& operator=(LineFile&&) noexcept;
  void line(std::string_view text);  // without its newline
  void record(std::string_view bytes);
  bool is_open() const { return fd_ >= 0; }

 private:
  std::filesystem::path path_;
  int fd_ = -1;
};

}  // namespace cnnbench
