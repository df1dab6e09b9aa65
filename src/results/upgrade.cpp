#include "upgrade.hpp"

#include "cnnbench/results/run_result.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

// Version 1 called them as rows call the speeds of a loader and a network that run alone.
struct Renamed {
  const char *object, *before, *now;
};
constexpr Renamed since_version_2[] = {{"verdict", "pipeline_only_ips", "loader_ips"},
                                       {"verdict", "compute_only_ips", "network_ips"},
                                       {"telemetry_series", "seconds", "at_seconds"}};

void rename(Json& document, const Renamed& r) {
  const auto object = document.find(r.object);
  if (object == document.end() || !object->is_object() || !object->contains(r.before)) return;
  (*object)[r.now] = std::move((*object)[r.before]);
  object->erase(r.before);
}

}  // namespace

Json with_todays_names(Json document) {
  const bool older = document.is_object() && document.value("schema_version", Json()).is_number_integer() &&
                     document["schema_version"] < result_schema_version;
  if (older)
    for (const Renamed& r : since_version_2) rename(document, r);
  return document;
}

}  // namespace cnnbench
