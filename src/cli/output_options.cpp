#include "cnnbench/cli/output_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "cnnbench/cli/console.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/core/missing_path.hpp"

namespace cnnbench {
namespace fs = std::filesystem;

void require_place_for(const std::string& file) {
  std::error_code none;
  if (fs::is_directory(file, none)) throw Error(ExitCode::usage, fmt::format("{} is a folder", file), "name a file");
  const fs::path folder = fs::path(file).parent_path();
  if (!folder.empty() && !fs::is_directory(folder, none))
    throw Error(ExitCode::usage, fmt::format("{} can't be written: {}", file, missing_path(folder)), "make the folder first");
  require_writable(file);
}

void OutputOptions::add_to(CLI::App& command, Export to) {
  command.add_option("-o,--output", format_, "what stdout gets: text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command.add_flag("--json", json_, "short for -o json: one document");
  if (to == Export::text_or_json) command.add_option("--export", file_, "also to this file: .json, or .txt")->type_name("FILE");
}

void OutputOptions::check() const {
  if (file_.empty()) return;
  if (!file_.ends_with(".json") && !file_.ends_with(".txt"))
    throw Error(ExitCode::usage, fmt::format("--export {}: no such format", file_), "end it in .json or .txt");
  require_place_for(file_);
}

void OutputOptions::put(const std::function<std::string()>& text, const std::function<nlohmann::ordered_json()>& json) const {
  if (as_json())
    Console::get().document(json_text(json()));
  else if (const std::string words = text(); !words.empty())
    Console::get().result(words);
  write(text, json);
}

void OutputOptions::write(const std::function<std::string()>& text, const std::function<nlohmann::ordered_json()>& json) const {
  if (!file_.empty()) write_atomic(file_, (file_.ends_with(".json") ? json_text(json()) : text()) + "\n");
}

}  // namespace cnnbench
