#include "cnnbench/data/drawn.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <system_error>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/random.hpp"
#include "parallel.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void cannot_write(const fs::path& path, const std::string& why) {
  throw Error(ExitCode::failed, fmt::format("cannot write {}: {}", path.string(), why),
              "make room, or set CNNBENCH_DATA to a folder that can be written");
}

void write_file(const fs::path& path, const std::vector<std::uint8_t>& bytes) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) cannot_write(path, std::strerror(errno));
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  const int code = errno;
  if (std::fclose(file) != 0 || !written) cannot_write(path, std::strerror(written ? errno : code));
}

struct Item {
  const char* folder;
  std::uint64_t set;
  Animal animal;
  int number;
};

std::vector<Item> items(const DrawnSet& set) {
  std::vector<Item> out;
  for (const auto& [folder, number, count] : {std::tuple{"train", 0, set.train}, {"validation", 1, set.validation}})
    for (int i = 0; i < count; ++i)
      out.push_back({folder, static_cast<std::uint64_t>(number), i % 2 == 0 ? Animal::cat : Animal::dog, i / 2 + 1});
  return out;
}

// A folder of our own beside the target that goes away unless it is renamed into place.
struct Draft {
  fs::path path;
  explicit Draft(const fs::path& target) : path(target.parent_path() / ("." + target.filename().string() + ".XXXXXX")) {
    std::string name = path.string();
    if (mkdtemp(name.data()) == nullptr) cannot_write(path, std::strerror(errno));
    path = name;
  }
  ~Draft() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
};

}  // namespace

fs::path drawn_folder(const fs::path& root, const DrawnSet& set) {
  return root / fmt::format("drawn-{}-{}-{}", set.train, set.validation, set.seed);
}

void make_drawn(const fs::path& folder, const DrawnSet& set, const std::function<void(std::size_t, std::size_t)>& progress) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return;
  const fs::path target = fs::absolute(folder).lexically_normal();
  fs::create_directories(target.parent_path(), error);
  if (error) cannot_write(target.parent_path(), error.message());
  const Draft draft(target);
  for (const char* split : {"train", "validation"})
    for (const char* animal : {"cat", "dog"}) fs::create_directories(draft.path / split / animal);
  const std::vector<Item> all = items(set);
  std::mutex mutex;
  std::size_t done = 0;
  for_each_parallel(all.size(), [&](std::size_t i) {
    const Item& item = all[i];
    const char* animal = item.animal == Animal::cat ? "cat" : "dog";
    write_file(draft.path / item.folder / animal / fmt::format("{}.{}.jpg", animal, item.number),
               draw_animal(item.animal, set.seed, item.set, static_cast<std::uint64_t>(item.number)));
    const std::scoped_lock lock(mutex);
    ++done;
    if (progress) progress(done, all.size());
  });
  fs::permissions(
      draft.path,
      fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec | fs::perms::others_read | fs::perms::others_exec,
      error);
  fs::rename(draft.path, target, error);
  // Another process was faster: its folder has the same pictures.
  if (error && !fs::is_directory(target)) cannot_write(target, error.message());
}

}  // namespace cnnbench
