// From a JSON file, the environment and --set to an Experiment; every fault found, not the first.
// Precedence: --set, environment CNNBENCH_SECTION_KEY (CNNBENCH_TRAIN_EPOCHS=3), file, the file it extends, defaults.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cnnbench/config/experiment.hpp"

namespace cnnbench {

// One fault of a config.
struct Issue {
  std::string where;    // "configs/a.json:12", "--set", "CNNBENCH_TRAIN_EPOCHS"; empty: the resolved config
  std::string pointer;  // JSON pointer: /loader/workers
  std::string problem;  // "unknown key 'worker' (nearest: 'workers')"
  std::string str() const;
};

// Where `--config NAME` is looked for, in order: as given, then the shipped configs (with .json added if need be).
// Throws Error(usage) with the nearest shipped names.
std::filesystem::path find_config(const std::string& name);
std::vector<std::filesystem::path> shipped_configs();
// Whether a shipped config names it as the place of its pictures. For no other path may drawn pictures stand in.
bool is_shipped_data_path(const std::string& path);

struct Overrides {
  std::vector<std::string> sets;                   // "a.b=value"
  std::map<std::string, std::string> environment;  // only CNNBENCH_* matter; take it from process_environment()
};
std::map<std::string, std::string> process_environment();

// Throws Error(usage) whose text lists every fault, one a line. `hints`, where given, collects one-line remarks about
// what is allowed but probably not meant; the caller shows them on stderr.
// Files are JSON with comments. name and description are not inherited through `extends`; without a name it is the file's.
using Hints = std::vector<std::string>;
// `more`: what else is checked where those find nothing; its faults get their lines too.
using MoreChecks = std::function<std::vector<Issue>(const Experiment&)>;
Experiment load_experiment(const std::filesystem::path& file, const Overrides&, Hints* hints = nullptr,
                           const MoreChecks& more = {});
Experiment parse_experiment(std::string_view json, const std::string& file_name, const Overrides&,
                            Hints* hints = nullptr);  // `extends` relative to file_name

// Faults beyond types and limits: preset and layers both given, no network, low above high, crop above image_size, ...
std::vector<Issue> validate(const Experiment&);

nlohmann::ordered_json to_json(const Experiment&);       // resolved, every default spelled out
Experiment experiment_from_json(const nlohmann::json&);  // the inverse, strict, without validate(); throws Error(usage)
nlohmann::ordered_json json_schema();                    // draft 2020-12, from the same field lists

}  // namespace cnnbench
