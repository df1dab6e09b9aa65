#include "read_fields.hpp"
#include "result_fields.hpp"
#include "upgrade.hpp"

namespace cnnbench {

RunResult run_result_from_json(const nlohmann::ordered_json& document, const std::string& source) {
  reading::Place place{source, "check that it is the result.json of a run, whole and unchanged", 0, {}};
  reading::read(reading::member(document, "schema_version", place), place.version, place.at("schema_version"));
  if (place.version < 1 || place.version > result_schema_version)
    place.at("schema_version").fail(fmt::format("is {}, and this program reads 1 to {}", place.version, result_schema_version));
  const nlohmann::ordered_json json = with_todays_names(document);
  RunResult result;
  result.schema_version = place.version;
  Fields<RunResult>::of(result, reading::from(json, place));
  return result;
}

}  // namespace cnnbench
