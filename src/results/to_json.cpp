#include "checksum.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/core/json_text.hpp"
#include "result_fields.hpp"

namespace cnnbench {

nlohmann::ordered_json to_json(const RunResult& result) {
  nlohmann::ordered_json out = document(result);
  return with_checksum(std::move(out));
}

std::string result_text(const RunResult& result) { return json_text(to_json(result)) + "\n"; }

namespace {

struct Runs {
  std::vector<RunResult> runs;
};

}  // namespace

template <>
struct Fields<Runs> {
  static constexpr std::string_view name = "runs", text = "The same run on one device or several.";
  static constexpr int version = result_schema_version;
  static void of(auto& r, auto&& field) {
    std::vector<double> ratios;
    for (const RunResult& run : r.runs) {
      const double base = r.runs.front().images_per_second;
      ratios.push_back(base > 0 ? run.images_per_second / base : 0);
    }
    field("runs", r.runs, "One a device.");
    field("ratios", std::vector<double>(ratios), "Each run's images_per_second to the first's.", not_negative);
  }
};

nlohmann::ordered_json runs_json(const std::vector<RunResult>& runs) {
  nlohmann::ordered_json all = document(Runs{runs});
  for (nlohmann::ordered_json& run : all["runs"]) run = with_checksum(std::move(run));
  return all;
}

nlohmann::ordered_json result_schema() { return document_schema<RunResult>("cnnbench result.json"); }
nlohmann::ordered_json runs_schema() { return document_schema<Runs>("cnnbench train --json"); }

}  // namespace cnnbench
