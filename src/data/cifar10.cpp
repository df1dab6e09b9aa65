// CIFAR-10's official binary files: records of 1 label byte and 3 planes of 32x32. The files stay on disk and are read
// record by record; at opening, every label is looked at.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <memory>

#include "cnnbench/core/error.hpp"
#include "cnnbench/data/resize.hpp"
#include "sources.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

constexpr int side = 32;
constexpr std::size_t plane_bytes = side * side, pixel_bytes = 3 * plane_bytes, record_bytes = 1 + pixel_bytes;
constexpr std::size_t records_per_file = 10'000, file_bytes = record_bytes * records_per_file;
constexpr const char* class_names[] = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
constexpr auto remedy = "get the official files again: scripts/get_data.sh cifar10";

class BatchFile {
 public:
  explicit BatchFile(const fs::path& path) : path_(path), descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0)
      throw Error(ExitCode::usage, fmt::format("cannot open {}: {}", path.string(), std::strerror(errno)), remedy);
  }
  ~BatchFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  BatchFile(const BatchFile&) = delete;
  BatchFile& operator=(const BatchFile&) = delete;

  const fs::path& path() const { return path_; }

  void read(std::size_t offset, std::span<std::uint8_t> out) const {
    for (std::size_t done = 0; done < out.size();) {
      const ssize_t n = pread(descriptor_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0)
        throw Error(ExitCode::failed,
                    fmt::format("{}: cannot read at offset {}: {}", path_.string(), offset + done,
                                n < 0 ? std::strerror(errno) : "the file ends"),
                    remedy);
      done += static_cast<std::size_t>(n);
    }
  }

  // Throws where the file is not what the format says; else the labels.
  std::vector<std::int64_t> check() const {
    struct stat info {};
    if (fstat(descriptor_, &info) != 0 || !S_ISREG(info.st_mode))
      throw Error(ExitCode::usage, fmt::format("{}: not a regular file", path_.string()), remedy);
    const auto size = static_cast<std::size_t>(info.st_size);
    if (size < file_bytes)
      throw Error(ExitCode::usage,
                  fmt::format("{}: the file ends at offset {}, in record {} of {} ({} bytes wanted)", path_.string(), size,
                              size / record_bytes, records_per_file, file_bytes),
                  remedy);
    if (size > file_bytes)
      throw Error(ExitCode::usage,
                  fmt::format("{}: {} bytes too many from offset {} on", path_.string(), size - file_bytes, file_bytes), remedy);
    constexpr std::size_t records_at_once = 1000;
    std::vector<std::uint8_t> chunk(records_at_once * record_bytes);
    std::vector<std::int64_t> labels;
    for (std::size_t first = 0; first < records_per_file; first += records_at_once) {
      read(first * record_bytes, chunk);
      for (std::size_t r = 0; r < records_at_once; ++r) {
        const std::uint8_t label = chunk[r * record_bytes];
        if (label > 9)
          throw Error(
              ExitCode::usage,
              fmt::format("{}: label {} at offset {} (labels are 0 to 9)", path_.string(), label, (first + r) * record_bytes),
              remedy);
        labels.push_back(label);
      }
    }
    return labels;
  }

 private:
  fs::path path_;
  int descriptor_;
};

struct Record {
  std::shared_ptr<const BatchFile> file;
  std::size_t number;
};

void interleave(std::span<const std::uint8_t> planes, std::uint8_t* rgb) {
  for (std::size_t i = 0; i < plane_bytes; ++i) {
    rgb[3 * i] = planes[i];
    rgb[3 * i + 1] = planes[plane_bytes + i];
    rgb[3 * i + 2] = planes[2 * plane_bytes + i];
  }
}

Dataset make(const std::vector<fs::path>& files, const DataConfig& config, int limit, const char* limit_key) {
  Dataset set;
  set.class_names = {std::begin(class_names), std::end(class_names)};
  set.size = config.image_size;
  std::vector<Record> records;
  std::vector<std::int64_t> labels;
  for (const fs::path& path : files) {
    const auto file = std::make_shared<const BatchFile>(path);
    const std::vector<std::int64_t> own = file->check();
    labels.insert(labels.end(), own.begin(), own.end());
    for (std::size_t r = 0; r < own.size(); ++r) records.push_back({file, r});
  }
  const auto kept = std::make_shared<std::vector<Record>>();
  for (const std::size_t i : limit_evenly(labels, set.class_names.size(), limit, limit_key)) {
    set.labels.push_back(labels[i]);
    set.names.push_back(fmt::format("{}#{}", records[i].file->path().filename().string(), records[i].number));
    kept->push_back(records[i]);
  }
  set.fetch = [kept](std::size_t i, Bytes& out) {
    const Record& record = kept->at(i);
    out.resize(pixel_bytes);
    record.file->read(record.number * record_bytes + 1, out);
  };
  set.stored_size = [](std::size_t) { return std::uint64_t{pixel_bytes}; };
  set.decode = [kept, interpolation = config.interpolation](std::size_t i, std::span<const std::uint8_t> stored, ImageSpan out) {
    if (stored.size() != pixel_bytes)
      throw Error(ExitCode::failed, fmt::format("{}#{}: {} bytes instead of {}", kept->at(i).file->path().filename().string(),
                                                kept->at(i).number, stored.size(), pixel_bytes));
    if (out.size == ImageSize{side, side}) return interleave(stored, out.pixels);
    thread_local RowResizer resizer;
    thread_local Bytes rgb;
    rgb.resize(pixel_bytes);
    interleave(stored, rgb.data());
    resizer.begin({side, side}, interpolation, out);
    for (int y = 0; y < side; ++y)
      if (resizer.wants(y)) resizer.put(y, rgb.data() + y * side * 3);
    resizer.finish();
  };
  return set;
}

Splits open_cifar10(const DataConfig& config, const fs::path& folder, const OpeningProgress&) {
  std::error_code none;
  const fs::path inner = folder / "cifar-10-batches-bin";
  const fs::path place = fs::is_directory(inner, none) ? inner : folder;
  std::vector<fs::path> train;
  for (int i = 1; i <= 5; ++i)
    if (const fs::path file = place / fmt::format("data_batch_{}.bin", i); fs::exists(file, none)) train.push_back(file);
  const fs::path test = place / "test_batch.bin";
  if (train.empty() && !fs::exists(test, none)) {
    if (fs::is_directory(folder / "train", none)) return open_folder(config, folder);
    const bool python = fs::exists(place / "data_batch_1", none) || fs::is_directory(folder / "cifar-10-batches-py", none);
    throw Error(
        ExitCode::usage,
        python ? fmt::format("{} holds CIFAR-10's Python version", folder.string())
               : fmt::format("no CIFAR-10 files (data_batch_1.bin ... test_batch.bin) and no train/ folder in {}", folder.string()),
        "get the binary version: scripts/get_data.sh cifar10, or point data.path to it");
  }
  if (train.empty())
    throw Error(ExitCode::usage, fmt::format("no data_batch_1.bin to data_batch_5.bin in {}", place.string()), remedy);
  if (!fs::exists(test, none)) throw Error(ExitCode::usage, fmt::format("no test_batch.bin in {}", place.string()), remedy);
  Splits splits;
  splits.train = make(train, config, config.limit_train, "data.limit_train");
  splits.validation = make({test}, config, config.limit_validation, "data.limit_validation");
  splits.source = fmt::format("CIFAR-10 {} ({} of 5 training batches)", place.string(), train.size());
  return splits;
}

const RegisterKind cifar10_registered{{.kind = DataKind::cifar10,
                                       .classes = [](const DataConfig&) { return static_cast<int>(std::size(class_names)); },
                                       .open = open_cifar10,
                                       .files = "CIFAR-10",
                                       .how_to_get = "get it with scripts/get_data.sh cifar10, or set data.path",
                                       .side = side}};

}  // namespace
}  // namespace cnnbench
