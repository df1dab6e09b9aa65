#include "cnnbench/cli/torch_folder.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <system_error>
#include <utility>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

constexpr auto remedy =
    "pip install torch==2.11.0, or set CNNBENCH_TORCH=DIR (the torch folder of a Python 3 that has it, or an unpacked libtorch "
    "2.11)";

// Python -c puts the working folder first on its path: a folder called torch there is not meant. The torch package is
// located, not imported.
constexpr auto python_program =
    "import sys; sys.path = [p for p in sys.path if p]\n"
    "import importlib.util\n"
    "spec = importlib.util.find_spec('torch')\n"
    "print(list(spec.submodule_search_locations)[0] if spec and spec.submodule_search_locations else '')";
constexpr double python_seconds = 15;  // an interpreter on a network file system

fs::path from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool is_file(const fs::path& file) {
  std::error_code ignored;
  return fs::is_regular_file(file, ignored);
}

// A torch folder, the folder it lies in, or its lib folder.
std::optional<fs::path> lib_folder(const fs::path& folder) {
  for (const fs::path& lib : {folder / "lib", folder / "torch" / "lib", folder}) {
    if (is_file(lib / "libtorch_cpu.so") && is_file(lib / "libc10.so")) {
      return lib;
    }
  }
  return {};
}

// What stands between quotes in the first line that begins with `key`, or the whole first line where key is empty.
std::optional<std::string> version_in(const fs::path& file, std::string_view key, char quote) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (key.empty()) {
      return line;
    }
    if (line.starts_with(key)) {
      const auto begin = line.find(quote);
      const auto end = begin == std::string::npos ? begin : line.find(quote, begin + 1);
      if (end != std::string::npos) {
        return line.substr(begin + 1, end - begin - 1);
      }
    }
  }
  return {};
}

// The wheel has version.py, an unpacked libtorch has build-version; both have the header, without the +cu130.
std::string version_of(const fs::path& lib) {
  const fs::path root = lib.parent_path();
  if (auto version = version_in(root / "version.py", "__version__", '\'')) {
    return *version;
  }
  if (auto version = version_in(root / "build-version", "", 0)) {
    return *version;
  }
  return version_in(root / "include/torch/csrc/api/include/torch/version.h", "#define TORCH_VERSION ", '"').value_or("");
}

bool in_series(const std::string& version) {
  return version.starts_with(torch_series) && (version.size() == torch_series.size() || version[torch_series.size()] == '.');
}

// The folder, or why it will not do.
struct Look {
  std::optional<TorchFolder> found;
  std::string problem;
};

Look look_in(const fs::path& folder, const std::string& source) {
  const auto lib = lib_folder(folder);
  if (!lib) {
    std::error_code ignored;
    return {{}, fmt::format("{}: {}", folder.string(), fs::exists(folder, ignored) ? "no libtorch_cpu.so in it" : "not there")};
  }
  const std::string version = version_of(*lib);
  if (!in_series(version)) {
    return {{},
            fmt::format("{}: torch {}, not {}", folder.string(), version.empty() ? "of unknown version" : version, torch_series)};
  }
  return {TorchFolder{*lib, version, source}, {}};
}

}  // namespace

TorchFolder find_torch(const TorchSearch& search) {
  if (!search.asked.empty()) {
    Look look = look_in(search.asked, "CNNBENCH_TORCH");
    if (!look.found) {
      throw Error(ExitCode::failed, "CNNBENCH_TORCH=" + look.problem, remedy);
    }
    return *look.found;
  }
  std::vector<std::string> problems;
  std::vector<std::pair<fs::path, const char*>> places = {{search.configured, "this build"}};
  if (search.cached != search.configured) {
    places.emplace_back(search.cached, "the user's cache");
  }
  for (const auto& [folder, source] : places) {
    if (!folder.empty()) {
      Look look = look_in(folder, source);
      if (look.found) {
        return *look.found;
      }
      problems.push_back(look.problem);
    }
  }
  if (search.ask_python) {
    if (const auto folder = search.ask_python()) {
      Look look = look_in(*folder, "python3");
      if (look.found) {
        return *look.found;
      }
      problems.push_back("python3's " + look.problem);
    } else {
      problems.emplace_back("python3: no torch");
    }
  }
  throw Error(ExitCode::failed, fmt::format("libtorch {} was not found ({})", torch_series, fmt::join(problems, "; ")), remedy);
}

TorchSearch torch_search() {
  TorchSearch search{
      .asked = from_environment("CNNBENCH_TORCH"), .configured = CNNBENCH_TORCH_CONFIGURED, .cached = {}, .ask_python = {}};
  fs::path cache = from_environment("XDG_CACHE_HOME");
  if (const fs::path home = from_environment("HOME"); cache.empty() && !home.empty()) {
    cache = home / ".cache";
  }
  if (!cache.empty()) {
    search.cached = cache / "cnnbench/torch-2.11.0-cu130/torch";  // the same name in scripts/setup.sh and cmake/LibTorch.cmake
  }
  search.ask_python = []() -> std::optional<fs::path> {
    const auto line = first_line_of({"python3", "-c", python_program}, python_seconds);
    return line && !line->empty() ? std::optional<fs::path>(*line) : std::nullopt;
  };
  return search;
}

}  // namespace cnnbench
