#include "cnnbench/data/picture_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cnnbench/core/error.hpp"
#include "cnnbench/data/decode.hpp"

namespace cnnbench {

namespace fs = std::filesystem;

std::vector<std::string> list_pictures(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code failure;
    if (!fs::is_directory(path, failure)) {
      if (!fs::exists(path, failure)) throw Error(ExitCode::usage, fmt::format("{}: no such file or folder", path), "name pictures, or folders of them");
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (fs::recursive_directory_iterator entry(path, fs::directory_options::skip_permission_denied), end; entry != end; ++entry)
      if (entry->is_regular_file(failure) && has_picture_extension(entry->path().string())) found.push_back(entry->path().string());
    if (found.empty()) throw Error(ExitCode::usage, fmt::format("{}: no pictures in this folder", path), "pictures end in png, jpg, jpeg, bmp, ppm, tif, tiff or webp");
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

Dataset picture_files(std::vector<std::string> files, const DataConfig& data) {
  Dataset set;
  set.labels.assign(files.size(), 0);
  set.names = files;
  set.size = {data.image_size, data.image_size};
  set.fetch = [files](std::size_t index, Bytes& out) { read_picture_file(files[index], files[index], out); };
  set.decode = [files = std::move(files), options = DecodeOptions{data.interpolation, data.decode}](
                   std::size_t index, std::span<const std::uint8_t> stored, ImageSpan out) { decode_picture(stored, files[index], options, out); };
  return set;
}

} // namespace cnnbench
