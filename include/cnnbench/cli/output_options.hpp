// How a command gives its result, the same everywhere: -o/--output FORMAT on stdout, --json as short for -o json, and --export
// FILE, whose ending says the format.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cnnbench/core/json_text.hpp"

namespace CLI {
class App;
}

namespace cnnbench {

// Before anything is computed: throws Error(usage) where `file` could not be made later (its folder is not there, or it is a
// folder), Error(failed) where it can't be written.
void require_place_for(const std::string& file);

class OutputOptions {
 public:
  enum class Export { text_or_json, own };  // own: the command has an --export of its own
  void add_to(CLI::App& command, Export = Export::text_or_json);
  // Throws Error(usage) where --export has no known ending or no place. First in a command.
  void check() const;
  bool as_json() const { return json_ || format_ == "json"; }
  // Where stdout is to have it, and where --export says. Without a newline at the end.
  void put(const std::function<std::string()>& text, const std::function<nlohmann::ordered_json()>& json) const;
  // The second half of that alone.
  void write(const std::function<std::string()>& text, const std::function<nlohmann::ordered_json()>& json) const;

 private:
  std::string format_ = "text", file_;
  bool json_ = false;
};

}  // namespace cnnbench
