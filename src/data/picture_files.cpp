#include "cnnbench/data/picture_files.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/missing_path.hpp"
#include "cnnbench/data/decode.hpp"
#include "cnnbench/data/folder.hpp"

namespace cnnbench {

namespace fs = std::filesystem;

std::vector<std::string> named_pictures(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const fs::path path : paths) {
    std::error_code failure;
    if (fs::is_directory(path, failure)) {
      const std::vector<std::string> below = list_pictures_below(path);
      if (below.empty())
        throw Error(ExitCode::usage, fmt::format("{}: no pictures in this folder", path.string()),
                    fmt::format("pictures end in one of {}", picture_extensions()));
      for (const std::string& name : below) files.push_back((path / name).string());
    } else if (fs::exists(path, failure)) {
      files.push_back(path.string());
    } else {
      throw Error(ExitCode::usage, missing_path(path), "name pictures, or folders of them");
    }
  }
  return files;
}

Dataset picture_files(std::vector<std::string> files, const DataConfig& data) {
  Dataset set;
  set.labels.assign(files.size(), 0);
  set.names = files;
  set.size = data.image_size;
  set.fetch = [files](std::size_t index, Bytes& out) { read_picture_file(files[index], files[index], out); };
  set.decode = [files = std::move(files), options = DecodeOptions{data.interpolation, data.decode, data.exif}](
                   std::size_t index, std::span<const std::uint8_t> stored, ImageSpan out) {
    decode_picture(stored, files[index], options, out);
  };
  return set;
}

}  // namespace cnnbench
