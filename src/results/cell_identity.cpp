#include "cell_identity.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/config/key_pointer.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

void erase(Json& config, const std::string& key) {
  const Json::json_pointer pointer = key_pointer(key);
  if (config.contains(pointer)) config[pointer.parent_pointer()].erase(pointer.back());
}

// A row of an earlier version with the keys of today, as they were then.
Json completed(const Json& config) {
  try {
    return to_json(experiment_from_json(config));
  } catch (const Error&) {
    return config;
  }
}

// Of a row: "loader.workers=1" as it was asked for.
bool has(const Row& row, const std::string& set) {
  const std::size_t equals = set.find('=');
  if (equals == std::string::npos)
    throw Error(ExitCode::usage, fmt::format("--base {}: no KEY=VALUE", set), "as --base loader.workers=1");
  const std::string key = set.substr(0, equals), wanted = set.substr(equals + 1);
  const Json::json_pointer pointer = key_pointer(key);
  if (!row.config.contains(pointer))
    throw Error(ExitCode::usage, fmt::format("--base {}: there is no key {}", set, key), "'cnnbench config schema' lists them");
  return value_text(row.config[pointer]) == wanted;
}

// Of a place in a config; a list is set as a whole: /data/image_size/0 is data.image_size.
std::string key_of(const std::string& pointer) {
  std::string key;
  for (std::size_t from = 1; from < pointer.size();) {
    const std::size_t end = std::min(pointer.find('/', from), pointer.size());
    const std::string token = pointer.substr(from, end - from);
    if (token.find_first_not_of("0123456789") == std::string::npos) break;
    key += (key.empty() ? "" : ".") + token;
    from = end + 1;
  }
  return key;
}

}  // namespace

Json cell_identity(const Row& row, const std::vector<std::string>& across) {
  Json config = completed(row.config);
  for (const char* key : {"name", "description", "train.seed", "train.device", "train.validate_every"}) erase(config, key);
  erase(config, "data.path");      // where they lie; which they are says the hash
  erase(config, "data.fallback");  // what would have stood in for them; a path of the user's own has none
  for (const std::string& key : across)
    if (key != the_data) erase(config, key);
  return config;
}

bool has_settings(const Row& row, const std::vector<std::string>& sets) {
  return std::all_of(sets.begin(), sets.end(), [&](const std::string& set) { return has(row, set); });
}

std::vector<std::string> differing_keys(const Row& base, const Row& other, const std::vector<std::string>& across) {
  std::vector<std::string> keys;
  for (const Json& change : Json::diff(cell_identity(base, across), cell_identity(other, across)))
    add_distinct(keys, {key_of(change["path"].get<std::string>())});
  return keys;
}

}  // namespace cnnbench
