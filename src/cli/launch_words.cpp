#include "cnnbench/cli/launch_words.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

std::string found_in_path(const std::string& name, const std::string& remedy) {
  if (name.find('/') != std::string::npos) return name;
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/bin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path file = fs::path(folder.empty() ? "." : folder) / name;
    std::error_code error;
    if (fs::is_regular_file(file, error) && ::access(file.c_str(), X_OK) == 0) return file.string();
  }
  throw Error(ExitCode::failed, fmt::format("{} is not installed: it is what starts ranks", name), remedy);
}

}  // namespace

std::vector<std::string> launch_words(const std::string& launcher, int ranks) {
  const std::string text = launcher.empty()
                               ? fmt::format("mpirun --oversubscribe {}-np {{}}", ::geteuid() == 0 ? "--allow-run-as-root " : "")
                               : launcher;
  if (text.find("{}") == std::string::npos)
    throw Error(ExitCode::usage, fmt::format("--launcher '{}' does not say where the number of ranks goes", launcher),
                "write {} there: 'srun -n {}'");
  std::vector<std::string> words;
  std::istringstream parts(text);
  for (std::string word; parts >> word;) {
    for (std::size_t at; (at = word.find("{}")) != std::string::npos;) word.replace(at, 2, std::to_string(ranks));
    words.push_back(word);
  }
  words.front() = found_in_path(words.front(),
                                launcher.empty() ? "Debian: apt-get install openmpi-bin; or give --launcher" : "check --launcher");
  return words;
}

}  // namespace cnnbench
