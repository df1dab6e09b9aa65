// CIFAR-10: a record of any bytes and length, and files with some bytes changed and another size.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include "cnnbench/data/dataset.hpp"
#include "support/temporary_folder.hpp"
#include "targets.hpp"

namespace cnnbench::fuzz {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t record = 3073, whole = 10'000 * record;

// Two files of zeros, which take no room on the disk.
struct Files {
  test::TemporaryFolder folder;
  const fs::path train = folder.put("data_batch_1.bin", "x"), validation = folder.put("test_batch.bin", "x");
  std::vector<Splits> opened;

  Files() {
    for (const fs::path& file : {train, validation}) fs::resize_file(file, 0), fs::resize_file(file, whole);
    for (const auto& [size, interpolation] : {std::pair{ImageSize{32, 32}, Interpolation::nearest},
                                              {ImageSize{7, 50}, Interpolation::bilinear},
                                              {ImageSize{40, 9}, Interpolation::area},
                                              {ImageSize{33, 31}, Interpolation::cubic}})
      opened.push_back(open(size, interpolation));
  }
  Splits open(ImageSize size, Interpolation interpolation) const {
    return open_splits(
        {.kind = DataKind::cifar10, .path = folder.path().string(), .image_size = size, .interpolation = interpolation});
  }
};

bool decode(const Dataset& set, Input stored) {
  std::vector<std::uint8_t> pixels(set.size.bytes(), 0), again(set.size.bytes(), 0xff);
  try {
    for (auto* out : {&pixels, &again}) set.decode(3, stored, {out->data(), set.size});
  } catch (const Error& e) {
    require_readable(e);
    require(stored.size() != record - 1, "a whole record that is refused");
    return false;
  }
  require(stored.size() == record - 1 && pixels == again,
          "a record of another size that is read, or pixels that are left as they were");
  return true;
}

// What was changed is put back at the end.
class Changed {
 public:
  Changed(const fs::path& file, std::int64_t offset, Input bytes, std::int64_t size)
      : file_(file), offset_(offset), bytes_(bytes.size()) {
    put(bytes);
    fs::resize_file(file, static_cast<std::uintmax_t>(size));
  }
  ~Changed() {
    fs::resize_file(file_, static_cast<std::uintmax_t>(whole));
    put(std::vector<std::uint8_t>(bytes_));
    fs::resize_file(file_, static_cast<std::uintmax_t>(whole));
  }
  Changed(const Changed&) = delete;
  Changed& operator=(const Changed&) = delete;

 private:
  void put(Input bytes) const {
    std::fstream out(file_, std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(offset_);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  fs::path file_;
  std::int64_t offset_;
  std::size_t bytes_;
};

bool open(const Files& files, Input bytes, Choices& choose) {
  const bool first = choose.below(2) == 0, other_size = choose.below(2) == 1;
  const std::int64_t at = choose.below(100) * 100 * record + choose.below(3) * 1537,
                     size = whole + (other_size ? choose.below(256) - 128 : 0);
  const Changed changed(first ? files.train : files.validation, at, bytes, std::max(size, std::int64_t{0}));
  bool sound = size == whole && at + static_cast<std::int64_t>(bytes.size()) <= whole;
  for (std::int64_t label = (at + record - 1) / record * record; label < at + static_cast<std::int64_t>(bytes.size());
       label += record)
    sound = sound && bytes[static_cast<std::size_t>(label - at)] <= 9;
  try {
    files.open({32, 32}, Interpolation::nearest);
    require(sound, "a damaged file that is opened");
  } catch (const Error& e) {
    require(!sound && e.code() == ExitCode::usage, e.what());
    require_readable(e);
  }
  return sound;
}

}  // namespace

bool cifar(Input in) {
  static const Files files;
  Choices choose(in);
  const Input bytes = Choices::before(in);
  if (choose.below(16) == 1) return open(files, bytes, choose);  // reads two files: slow
  const Splits& splits = files.opened[static_cast<std::size_t>(choose.below(4))];
  if (choose.below(4) == 1) return decode(splits.train, bytes);
  std::vector<std::uint8_t> filled(record - 1);
  std::copy_n(bytes.begin(), std::min(bytes.size(), filled.size()), filled.begin());
  return decode(splits.validation, filled);
}

}  // namespace cnnbench::fuzz
