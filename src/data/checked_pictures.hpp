// What importing and checking have in common: every picture is decoded, by all cores, with a count for whoever waits.
#pragma once

#include <mutex>
#include <string>

#include "cnnbench/core/error.hpp"
#include "cnnbench/data/decode.hpp"
#include "cnnbench/data/folder.hpp"
#include "cnnbench/data/import.hpp"

namespace cnnbench {

inline void decode_whole(const std::filesystem::path& path, const std::string& name, Bytes& stored,
                         std::string* warning = nullptr) {
  thread_local Bytes pixels(ImageSize{32, 32}.bytes());
  read_picture_file(path, name, stored);
  decode_picture(stored, name, {.warning = warning}, {pixels.data(), {32, 32}});
}

// After "NAME: ".
inline std::string reason_in(const Error& e, const std::string& name) { return std::string(e.what()).substr(name.size() + 2); }

// Counts under a lock, so that progress is called by one thread at a time.
class Counter {
 public:
  Counter(const Progress& progress, std::size_t total) : progress_(progress), total_(total) {}
  void one() {
    const std::scoped_lock lock(mutex_);
    ++done_;
    if (progress_) progress_(done_, total_);
  }

 private:
  const Progress& progress_;
  std::size_t total_, done_ = 0;
  std::mutex mutex_;
};

}  // namespace cnnbench
