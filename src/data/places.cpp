#include "cnnbench/data/places.hpp"

#include <cstdlib>

namespace cnnbench {
namespace fs = std::filesystem;

fs::path data_root() {
  const char* named = std::getenv("CNNBENCH_DATA");
  if (named != nullptr && *named != '\0') return named;
  std::error_code none;
  const fs::path program = fs::read_symlink("/proc/self/exe", none);
  if (!none) {
    const fs::path checkout = program.parent_path().parent_path().parent_path();  // of build/release/cnnbench
    if (fs::is_regular_file(checkout / "configs/schema.json", none) && fs::is_directory(checkout / "data", none))
      return checkout / "data";  // not /data of /usr/bin/cnnbench
  }
  return "data";
}

std::vector<fs::path> data_places(const std::string& path) {
  std::error_code none;
  const fs::path given(path);
  if (given.is_absolute()) return {given};
  const fs::path root = fs::absolute(data_root(), none).lexically_normal();
  const fs::path parent = root.has_filename() ? root.parent_path() : root.parent_path().parent_path();
  return {given, parent / given, root / given};
}

fs::path resolve_data_path(const std::string& path) {
  std::error_code none;
  for (const fs::path& place : data_places(path))
    if (fs::exists(place, none)) return place;
  return path;
}

}  // namespace cnnbench
