#include "cnnbench/config/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cnnbench/core/path_variables.hpp"
#include "cnnbench/model/plan.hpp"
#include "layered.hpp"
#include "node.hpp"
#include "read.hpp"
#include "words.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using config::Faults;
using config::Node;

// The place of the innermost value on the way to `pointer` that was written somewhere.
config::Origin place_of(const Node& root, const std::string& pointer) {
  const Node* node = &root;
  config::Origin origin = root.origin;
  for (std::size_t at = 1; node != nullptr && at <= pointer.size();) {
    const auto end = std::min(pointer.find('/', at), pointer.size());
    const std::string token = pointer.substr(at, end - at);
    if (node->is_array()) {
      std::size_t index = node->children.size();
      std::from_chars(token.data(), token.data() + token.size(), index);
      node = index < node->children.size() ? &node->children[index] : nullptr;
    } else {
      node = node->find(token);
    }
    if (node != nullptr) origin = node->origin;
    at = end + 1;
  }
  return origin;
}

// What is read but has no effect.
void add_hints(const Experiment& e, Hints& hints) {
  const ModelConfig defaults;
  if (e.model.extra_convs != defaults.extra_convs && e.model.preset != "catdog_deep")
    hints.push_back("model.extra_convs has no effect here: only preset catdog_deep has them");
  if (const Activation last = loss_activation_of(e.model.layers); last != Activation::none)
    hints.push_back(
        fmt::format("model.layers: the last layer's {} is part of the loss, as in Keras with from_logits=False: it is applied once",
                    name_of(last)));
  if (e.train.optimizer == OptimizerKind::adam && e.train.momentum != 0)
    hints.push_back("train.momentum has no effect with optimizer adam");
  if (e.augment.cval != 0 && e.augment.fill_mode != FillMode::constant)
    hints.push_back(fmt::format("augment.cval has no effect with fill_mode {}", name_of(e.augment.fill_mode)));
  if (e.train.schedule == ScheduleKind::none && e.train.schedule_epochs != 0)
    hints.push_back("train.schedule_epochs has no effect with schedule none");
}

std::string name_after(const std::string& file_name) {
  const std::string stem = fs::path(file_name).stem().string();
  return config::printable(stem.substr(std::min(stem.find_first_not_of('.'), stem.size())), 90);
}

// The file that says it; empty where none does: --set, the environment, a default.
fs::path file_of_data_path(const Node& tree) {
  const Node* section = tree.find("data");
  const Node* path = section == nullptr ? nullptr : section->find("path");
  if (path == nullptr || path->origin.line == 0 || !path->origin.source) return {};
  return *path->origin.source;
}

// No shell reads what stands in a config or behind --set KEY=: "~" and variables are those that it would put there, unless there is
// a file of just that name. A relative path that leads nowhere from here is looked for beside the file that names it.
std::string found_path(std::string path, const fs::path& named_in) {
  std::error_code none;
  if (!fs::exists(path, none)) path = with_variables(path);
  if (path.empty() || named_in.empty() || fs::path(path).is_absolute() || fs::exists(path, none)) return path;
  const fs::path beside = named_in.parent_path() / path;
  return fs::exists(beside, none) ? beside.string() : path;
}

Experiment resolve(Node tree, const std::string& file_name, const Overrides& overrides, Faults& faults, Hints* hints,
                   const MoreChecks& more = {}) {
  Hints remarks;
  for (Node& top : config::override_trees(overrides, faults, remarks)) config::overlay(tree, std::move(top));
  Experiment experiment = config::read_experiment(tree, faults);
  if (experiment.name.empty()) experiment.name = name_after(file_name);
  experiment.data.path = found_path(experiment.data.path, file_of_data_path(tree));
  if (!faults.fatal() && tree.is_object()) {
    std::vector<Issue> issues = validate(experiment);
    if (more && faults.empty() && issues.empty()) issues = more(experiment);
    for (const Issue& issue : issues)
      if (!faults.touches(issue.pointer)) faults.add(place_of(tree, issue.pointer), issue.pointer, issue.problem);
  }
  if (!faults.empty()) faults.raise();
  add_hints(experiment, remarks);
  if (hints != nullptr) hints->insert(hints->end(), remarks.begin(), remarks.end());
  return experiment;
}

}  // namespace

Experiment load_experiment(const fs::path& file, const Overrides& overrides, Hints* hints, const MoreChecks& more) {
  Faults faults;
  Hints ignored;
  Node tree = config::load_tree(file, faults, hints != nullptr ? *hints : ignored);
  return resolve(std::move(tree), file.string(), overrides, faults, hints, more);
}

Experiment parse_experiment(std::string_view json, const std::string& file_name, const Overrides& overrides, Hints* hints) {
  Faults faults;
  Hints ignored;
  Node tree = config::parse_tree(json, file_name, faults, hints != nullptr ? *hints : ignored);
  return resolve(std::move(tree), file_name, overrides, faults, hints);
}

Experiment experiment_from_json(const nlohmann::json& document) {
  Faults faults;
  Experiment experiment = config::read_experiment(config::from_json(document, faults), faults);
  // Resolved configs have every key. One without this is of a version that had one backend.
  const auto augment = document.is_object() ? document.find("augment") : document.end();
  if (augment != document.end() && augment->is_object() && !augment->contains("backend"))
    experiment.augment.backend = AugmentBackend::fused;
  if (!faults.empty()) faults.raise();
  return experiment;
}

}  // namespace cnnbench
