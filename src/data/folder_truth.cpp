#include "cnnbench/data/folder_truth.hpp"

#include <algorithm>

namespace cnnbench {
namespace {

namespace fs = std::filesystem;

// "." and "cat/" have a last name too. Links are not followed: what the user sees is the name.
fs::path whole(const fs::path& path) {
  const fs::path normal = fs::absolute(path).lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

}  // namespace

std::optional<std::size_t> truth_of(const fs::path& file, const fs::path& named, const std::vector<std::string>& class_names) {
  const fs::path picture = whole(file), top = whole(named) == picture ? picture.parent_path() : whole(named);
  for (fs::path folder = picture.parent_path();; folder = folder.parent_path()) {
    const auto found = std::find(class_names.begin(), class_names.end(), folder.filename().string());
    if (found != class_names.end()) return static_cast<std::size_t>(found - class_names.begin());
    if (folder == top || !folder.has_relative_path()) return std::nullopt;
  }
}

}  // namespace cnnbench
