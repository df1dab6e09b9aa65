#include <algorithm>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "words.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;

// Beside the program (a bundle), above it (a build folder inside the checkout), or in share/ (installed). schema.json
// marks the folder as ours.
fs::path shipped_folder() {
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  if (failed) return {};
  fs::path folder = program.parent_path();
  for (int up = 0; up < 4; ++up, folder = folder.parent_path())
    for (const char* place : {"configs", "share/cnnbench/configs"})
      if (fs::is_regular_file(folder / place / "schema.json", failed)) return folder / place;
  return {};
}

}  // namespace

std::vector<fs::path> shipped_configs() {
  std::vector<fs::path> files;
  std::error_code failed;
  const fs::path folder = shipped_folder();
  if (folder.empty()) return files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed))
    if (entry.path().extension() == ".json" && entry.path().filename() != "schema.json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

bool is_shipped_data_path(const std::string& path) {
  const auto files = shipped_configs();
  return std::any_of(files.begin(), files.end(), [&](const fs::path& file) { return load_experiment(file, {}).data.path == path; });
}

fs::path find_config(const std::string& name) {
  std::error_code ignored;
  const auto is_file = [&](const fs::path& file) { return fs::exists(file, ignored) && !fs::is_directory(file, ignored); };
  if (!name.empty() && is_file(name)) return name;
  if (!name.empty() && is_file(name + ".json")) return name + ".json";
  std::vector<std::string> names;
  for (const fs::path& file : shipped_configs()) {
    if (file.filename() == name || file.stem() == name) return file;
    names.push_back(file.stem().string());
  }
  const auto near = nearest(fs::path(name).stem().string(), names);
  throw Error(ExitCode::usage, "there is no config " + config::in_quotes(name) + (near ? " (nearest: '" + *near + "')" : ""),
              names.empty() ? "give the path of a JSON file"
                            : "give the path of a JSON file or a shipped config: " + config::joined(names));
}

}  // namespace cnnbench
