#include "cnnbench/results/noise_floor.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <map>
#include <numbers>

#include "cnnbench/core/files.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/core/read_json.hpp"
#include "cnnbench/measure/statistics.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;
constexpr std::size_t kept_sessions = 1000, least_samples = 4;

// pi/2 sigma^2 / n for many repetitions; less for few, and less still for an even number of them (Hojo 1931, fitted to his table
// within 2 % from six on).
double variance_of_median(const NoiseSession& s) {
  const double few = (s.repetitions % 2 == 0 ? 1.8 : 0.7) / s.repetitions;
  return (std::numbers::pi / 2 - few) * s.spread * s.spread / s.repetitions;
}

// Neighbours in time become one session; the sessions of one cell, in order.
std::vector<NoiseSession> apart(std::vector<NoiseSession> sessions) {
  std::sort(sessions.begin(), sessions.end(), [](const auto& a, const auto& b) { return a.began < b.began; });
  std::vector<NoiseSession> out;
  std::int64_t before = 0;
  for (const NoiseSession& s : sessions) {
    if (out.empty() || s.began - before >= seconds_between_sessions) out.push_back(s);
    before = s.began;
  }
  return out;
}

// The GPU's name is part of it: one machine may have several kinds.
std::string machine_of(const Row& row) {
  return row.hostname_hash.value_or("?") + " " + row.cpu_info.value_or("?") + " " + row.gpu_info.value_or("cpu");
}

void session_fields(auto& s, auto&& field) {
  field("machine", s.machine);
  field("cell", s.cell);
  field("model", s.model);
  field("began", s.began);
  field("repetitions", s.repetitions);
  field("median_ips", s.median_ips);
  field("spread", s.spread);
}

// A file or a session that is damaged is as none: it is measured again within minutes.
std::vector<NoiseSession> read_sessions() {
  const fs::path file = noise_sessions_file();
  std::error_code none;
  if (file.empty() || !fs::exists(file, none)) return {};
  std::vector<NoiseSession> out;
  try {
    const Json document = read_json(read_file(file, 1 << 24));
    for (const Json& json : document.at("sessions")) {
      NoiseSession s;
      session_fields(s, [&](const char* name, auto& value) { json.at(name).get_to(value); });
      if (s.median_ips > 0 && s.repetitions > 0) out.push_back(s);
    }
  } catch (const std::exception&) {
    return {};
  }
  return out;
}

NoiseSession session_of(const Row& row, std::int64_t now) {
  std::vector<double> logarithms;
  for (const double ips : row.samples_ips) logarithms.push_back(std::log(ips));
  return {machine_of(row),          row.cell, row.model, now, static_cast<int>(row.samples_ips.size()), median(row.samples_ips),
          sample_stddev(logarithms)};
}

}  // namespace

std::optional<NoiseFloor> noise_floor(std::span<const NoiseSession> all) {
  std::map<std::string, std::vector<NoiseSession>> cells;
  for (const NoiseSession& s : all) cells[s.cell].push_back(s);
  double squares = 0, explained = 0;
  int freedom = 0, sessions = 0;
  for (auto& [cell, of_cell] : cells) {
    const std::vector<NoiseSession> separate = apart(std::move(of_cell));
    if (separate.size() < 3) continue;
    std::vector<double> logarithms;
    for (const NoiseSession& s : separate) logarithms.push_back(std::log(s.median_ips));
    const double middle = mean(logarithms);
    const double degrees = static_cast<double>(separate.size()) - 1;
    for (std::size_t i = 0; i < separate.size(); ++i) {
      squares += (logarithms[i] - middle) * (logarithms[i] - middle);
      explained += variance_of_median(separate[i]) * degrees / static_cast<double>(separate.size());
    }
    freedom += static_cast<int>(separate.size()) - 1;
    sessions += static_cast<int>(separate.size());
  }
  if (freedom == 0) return std::nullopt;
  const double between = std::sqrt(std::max(0.0, squares - explained) / freedom);
  return NoiseFloor{100 * (std::exp(student_t95(freedom) * std::numbers::sqrt2 * between) - 1), sessions};
}

fs::path noise_sessions_file() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache != '\0') return fs::path(cache) / "cnnbench" / "noise-sessions.json";
  const char* home = std::getenv("HOME");
  return home == nullptr || *home == '\0' ? fs::path() : fs::path(home) / ".cache" / "cnnbench" / "noise-sessions.json";
}

std::optional<NoiseFloor> known_noise_floor(const Row& row) {
  std::vector<NoiseSession> sessions = read_sessions();
  std::erase_if(sessions, [machine = machine_of(row)](const NoiseSession& s) { return s.machine != machine; });
  return noise_floor(sessions);
}

void keep_noise_sessions(const std::vector<Row>& rows) {
  const fs::path file = noise_sessions_file();
  if (file.empty()) return;
  std::vector<NoiseSession> sessions = read_sessions();
  const std::int64_t now = std::time(nullptr);
  for (const Row& row : rows)
    if (row.status == "ok" && row.samples_ips.size() >= least_samples) sessions.push_back(session_of(row, now));
  if (sessions.size() > kept_sessions) sessions.erase(sessions.begin(), sessions.end() - kept_sessions);
  Json list = Json::array();
  for (const NoiseSession& s : sessions) {
    Json json;
    session_fields(s, [&](const char* name, const auto& value) { json[name] = value; });
    list.push_back(std::move(json));
  }
  fs::create_directories(file.parent_path());
  write_atomic(file, json_text(Json{{"schema_version", 1}, {"sessions", list}}) + "\n");
}

}  // namespace cnnbench
