#include "cnnbench/results/noise_floor.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "cnnbench/core/files.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

// The GPU's name is part of it: one machine may have several kinds.
std::string machine_of(const Row& row) {
  return row.hostname_hash.value_or("?") + " " + row.cpu_info.value_or("?") + " " + row.gpu_info.value_or("cpu");
}

// A file that is damaged is as none: it is measured again within minutes.
Json read_floors() {
  const fs::path file = noise_floor_file();
  if (file.empty() || !fs::exists(file)) return Json::object();
  const Json document = Json::parse(read_file(file, 1 << 20), nullptr, false);
  return document.is_object() && document.contains("floors") && document["floors"].is_object() ? document["floors"] : Json::object();
}

}  // namespace

fs::path noise_floor_file() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache != '\0') return fs::path(cache) / "cnnbench" / "noise-floor.json";
  const char* home = std::getenv("HOME");
  return home == nullptr || *home == '\0' ? fs::path() : fs::path(home) / ".cache" / "cnnbench" / "noise-floor.json";
}

std::optional<double> known_noise_floor(const Row& row) {
  const Json floors = read_floors();
  const auto found = floors.find(machine_of(row));
  if (found == floors.end() || !found->is_object() || !found->contains("pct") || !(*found)["pct"].is_number()) return std::nullopt;
  return (*found)["pct"].get<double>();
}

void keep_noise_floors(const std::vector<Row>& rows) {
  std::map<std::string, const Row*> largest;
  for (const Row& row : rows) {
    if (!row.noise_floor_pct) continue;
    const Row*& kept = largest[machine_of(row)];
    if (kept == nullptr || *kept->noise_floor_pct < *row.noise_floor_pct) kept = &row;
  }
  const fs::path file = noise_floor_file();
  if (largest.empty() || file.empty()) return;
  Json floors = read_floors();
  for (const auto& [machine, row] : largest)
    floors[machine] = {{"pct", *row->noise_floor_pct}, {"model", row->model}, {"repetitions", row->repetitions}, {"test_time", row->test_time}};
  fs::create_directories(file.parent_path());
  write_atomic(file, Json{{"schema_version", 1}, {"floors", floors}}.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace cnnbench
