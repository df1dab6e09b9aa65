#include "cnnbench/data/drawn.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <system_error>
#include <tuple>

#include "cnnbench/data/places.hpp"
#include "draft.hpp"
#include "parallel.hpp"
#include "sources.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

void write_file(const fs::path& path, const std::vector<std::uint8_t>& bytes) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) Draft::cannot_write(path, std::strerror(errno));
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  const int code = errno;
  if (std::fclose(file) != 0 || !written) Draft::cannot_write(path, std::strerror(written ? errno : code));
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

}  // namespace

fs::path drawn_folder(const fs::path& root, const DrawnSet& set) {
  return root / fmt::format("drawn-{}-{}-{}", set.train, set.validation, set.seed);
}

void make_drawn(const fs::path& folder, const DrawnSet& set, const std::function<void(std::size_t, std::size_t)>& progress) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return;
  Draft draft(folder);
  for (const char* split : {"train", "validation"})
    for (const char* animal : {"cat", "dog"}) draft.folder(fs::path(split) / animal);
  const std::vector<Item> all = items(set);
  std::mutex mutex;
  std::size_t done = 0;
  for_each_parallel(all.size(), [&](std::size_t i) {
    const Item& item = all[i];
    const char* animal = item.animal == Animal::cat ? "cat" : "dog";
    write_file(draft.path() / item.folder / animal / fmt::format("{}.{}.jpg", animal, item.number),
               draw_animal(item.animal, set.seed, item.set, static_cast<std::uint64_t>(item.number)));
    const std::scoped_lock lock(mutex);
    ++done;
    if (progress) progress(done, all.size());
  });
  draft.finish();  // if another process was faster, its pictures are the same
}

namespace {

bool may_be_made(fs::path folder) {
  std::error_code none;
  folder = fs::absolute(folder, none);
  while (folder.has_relative_path() && !fs::exists(folder, none)) folder = folder.parent_path();
  return access(folder.c_str(), W_OK | X_OK) == 0;
}

}  // namespace

fs::path place_of_drawn(const DrawnSet& set) {
  const fs::path first = drawn_folder(data_root(), set), other = drawn_folder("data", set);
  std::error_code none;
  const char* named = std::getenv("CNNBENCH_DATA");
  if ((named != nullptr && *named != '\0') || fs::exists(first, none)) return first;
  return fs::exists(other, none) || (!may_be_made(first) && may_be_made(other)) ? other : first;
}

namespace {

Splits open_drawn(const DataConfig& config, const fs::path&, const OpeningProgress& progress) {
  const DrawnSet set{config.drawn_train, config.drawn_validation, config.drawn_seed};
  const fs::path folder = place_of_drawn(set);
  make_drawn(folder, set, progress);
  DataConfig of_folder = config;
  of_folder.validation_split = 0;
  Splits splits = open_folder(of_folder, folder);
  splits.source = fmt::format("drawn pictures in {}", folder.string());
  return splits;
}

const RegisterKind drawn_registered{{.kind = DataKind::drawn, .classes = [](const DataConfig&) { return 2; }, .open = open_drawn}};

}  // namespace

}  // namespace cnnbench
