#include <cmath>

#include "cnnbench/config/load.hpp"
#include "checksum.hpp"
#include "result_fields.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

// JSON has no NaN: a figure that is none is null, like one that is unknown.
Json written(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json written(bool value) { return value; }
Json written(int value) { return value; }
Json written(std::int64_t value) { return value; }
Json written(std::uint64_t value) { return value; }
Json written(const std::string& value) { return value; }
Json written(const Json& value) { return value; }
Json written(Bound value) { return std::string(name_of(value)); }
Json written(const Experiment& value) { return to_json(value); }
Json written(const Phases&);
Json written(const TelemetrySummary&);
Json written(const EpochRow&);
Json written(const Stages&);
Json written(const Verdict&);
Json written(const SkippedPicture&);
Json written(const std::vector<TelemetrySample>&);

template <class T>
Json written(const std::optional<T>& value) {
  return value ? written(*value) : Json(nullptr);
}

template <class T>
Json written(const std::vector<T>& values) {
  Json out = Json::array();
  for (const T& value : values) out.push_back(written(value));
  return out;
}

// A visitor that puts each field into an object.
auto into(Json& object) {
  return [&object](const char* name, const auto& value) { object[name] = written(value); };
}

Json written(const Phases& value) {
  Json out = Json::object();
  result_fields::phases(value, into(out));
  out["rest"] = written(value.rest());
  return out;
}

Json written(const TelemetrySummary& value) {
  Json out = Json::object();
  result_fields::telemetry(value, into(out));
  return out;
}

Json written(const EpochRow& value) {
  Json out = Json::object();
  result_fields::epoch(value, into(out));
  return out;
}

Json written(const Stages& value) {
  Json out = Json::object();
  result_fields::stages(value, into(out));
  return out;
}

Json written(const Verdict& value) {
  Json out = Json::object();
  result_fields::verdict(value, into(out));
  return out;
}

Json written(const SkippedPicture& value) {
  Json out = Json::object();
  result_fields::skipped(value, into(out));
  return out;
}

// Columns, not rows: a third of the size, and what a plot wants.
Json written(const std::vector<TelemetrySample>& samples) {
  Json out = Json::object();
  const TelemetrySample none;
  result_fields::sample(none, [&](const char* name, const auto&) { out[name] = Json::array(); });
  for (const TelemetrySample& sample : samples)
    result_fields::sample(sample, [&](const char* name, const auto& value) { out[name].push_back(written(value)); });
  return out;
}

}  // namespace

Json to_json(const RunResult& result) {
  Json out = Json::object();
  out["schema_version"] = result_schema_version;
  result_fields::run(result, into(out));
  return with_checksum(std::move(out));
}

std::string result_text(const RunResult& result) {
  return to_json(result).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace cnnbench
