// Whether pictures can be read, without reading all of them: a header that makes sense, and an end that is one. What has neither is
// decoded whole, so that nothing is refused that is complete.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <string_view>

#include "cnnbench/core/error.hpp"
#include "cnnbench/data/decode.hpp"
#include "cnnbench/data/folder.hpp"
#include "parallel.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t head_bytes = 4096, tail_bytes = 1024;

bool holds(std::span<const std::uint8_t> bytes, std::string_view what) {
  return std::search(bytes.begin(), bytes.end(), what.begin(), what.end(),
                     [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); }) != bytes.end();
}

// False: nothing is wrong as far as the beginning and the end tell. True: all of it has to be looked at.
bool is_doubtful(const fs::path& path, const std::string& name) {
  struct File {
    int descriptor;
    ~File() {
      if (descriptor >= 0) close(descriptor);
    }
  } const file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat info {};
  if (file.descriptor < 0 || fstat(file.descriptor, &info) != 0 || !S_ISREG(info.st_mode)) return true;
  posix_fadvise(file.descriptor, 0, 0, POSIX_FADV_RANDOM);  // no more than is asked for: the first epoch's reading stays what it is
  std::array<std::uint8_t, head_bytes> head;
  std::array<std::uint8_t, tail_bytes> tail;
  const ssize_t first = pread(file.descriptor, head.data(), head.size(), 0);
  const off_t from = std::max<off_t>(0, info.st_size - static_cast<off_t>(tail.size()));
  const ssize_t last = pread(file.descriptor, tail.data(), tail.size(), from);
  if (first <= 0 || last <= 0) return true;
  try {
    const PictureHeader header = read_picture_header({head.data(), static_cast<std::size_t>(first)}, name);
    return header.end.empty() || !holds({tail.data(), static_cast<std::size_t>(last)}, header.end);
  } catch (const Error&) {
    return true;  // the header is longer, or none
  }
}

}  // namespace

std::string look_at_picture(const fs::path& path, const std::string& name) {
  if (!is_doubtful(path, name)) return {};
  thread_local Bytes stored, pixels(ImageSize{32, 32}.bytes());
  try {
    read_picture_file(path, name, stored);
    decode_picture(stored, name, {.mode = DecodeMode::fast}, {pixels.data(), {32, 32}});
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

std::vector<std::string> look_at_pictures(const Splits& splits, const std::function<void(std::size_t, std::size_t)>& progress) {
  std::vector<std::string> bad;
  const std::size_t total = splits.train.count() + splits.validation.count();
  std::size_t done = 0;
  std::mutex mutex;
  for (const Dataset* set : {&splits.train, &splits.validation}) {
    if (!set->look) continue;
    std::vector<std::string> found(set->count());
    for_each_parallel(set->count(), [&](std::size_t i) {
      found[i] = set->look(i);
      if (!progress) return;
      const std::scoped_lock lock(mutex);
      progress(++done, total);
    });
    std::copy_if(found.begin(), found.end(), std::back_inserter(bad), [](const std::string& why) { return !why.empty(); });
  }
  return bad;
}

}  // namespace cnnbench
