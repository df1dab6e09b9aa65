#include "cnnbench/results/bench_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/read_json.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t largest_file = 1ULL << 30;

fs::path samples_of(const fs::path& file) { return file.string() + ".samples"; }

// Whole lines only: what a kill cut off is measured again.
std::string whole_lines(const fs::path& file) {
  std::string text = read_file(file, largest_file);
  const std::size_t end = text.rfind('\n');
  text.resize(end == std::string::npos ? 0 : end + 1);
  return text;
}

int locked(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0)
    throw Error(ExitCode::failed, fmt::format("{} cannot be written", file.string()), "check the folder and its permissions");
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  ::close(fd);
  throw Error(ExitCode::usage, fmt::format("another cnnbench writes to {}", file.string()), "wait for it, or name another file");
}

}  // namespace

BenchFile::BenchFile(fs::path path, bool resume) : path_(std::move(path)) {
  const fs::path samples = samples_of(path_);
  const bool there = fs::exists(path_) || fs::exists(samples);
  lock_ = locked(samples);
  if (there && !resume)
    throw Error(ExitCode::usage, fmt::format("{} is there already", path_.string()),
                "--resume goes on with it; or name another file");
  if (fs::exists(path_)) {
    bool torn = false;
    finished_ = read_rows(path_, &torn);
    if (torn) write_atomic(path_, whole_lines(path_));
  }
  const std::string text = whole_lines(samples);
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = text.find('\n', from);
    const nlohmann::ordered_json sample = read_json(text.substr(from, end - from));
    if (sample.is_object()) samples_.push_back(sample);
    from = end + 1;
  }
  // In place, for the lock is on this very file.
  if (::ftruncate(lock_, static_cast<off_t>(text.size())) != 0)
    throw Error(ExitCode::failed, fmt::format("{} cannot be written", samples.string()));
  rows_file_.emplace(path_);
  samples_file_.emplace(samples);
}

BenchFile::~BenchFile() {
  if (lock_ >= 0) ::close(lock_);
}

void BenchFile::add_sample(const nlohmann::ordered_json& sample) {
  if (samples_file_) samples_file_->line(sample.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void BenchFile::add_row(const Row& row) {
  if (rows_file_) rows_file_->line(row_line(row));
}

void BenchFile::close() {
  if (lock_ >= 0) fs::remove(samples_of(path_));
}

}  // namespace cnnbench
