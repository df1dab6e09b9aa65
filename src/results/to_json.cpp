#include <cmath>

#include "checksum.hpp"
#include "cnnbench/config/load.hpp"
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
template <NamedEnum E>
Json written(E value) {
  return std::string(name_of(value));
}
Json written(const Experiment& value) { return to_json(value); }
Json written(const Phases&);
Json written(const TelemetrySummary&);
Json written(const EpochRow&);
Json written(const Steadiness&);
Json written(const Stages&);
Json written(const Verdict&);
Json written(const SkippedPicture&);
Json written(const std::vector<TelemetrySample>&);
Json written(const std::vector<SpeedWindow>&);

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

Json written(const Steadiness& value) {
  Json out = Json::object();
  result_fields::steadiness(value, into(out));
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
template <class T>
Json columns(const std::vector<T>& items, auto&& fields) {
  Json out = Json::object();
  fields(T{}, [&](const char* name, const auto&) { out[name] = Json::array(); });
  for (const T& item : items) fields(item, [&](const char* name, const auto& value) { out[name].push_back(written(value)); });
  return out;
}

Json written(const std::vector<TelemetrySample>& samples) {
  return columns(samples, [](const auto& s, auto&& field) { result_fields::sample(s, field); });
}

Json written(const std::vector<SpeedWindow>& windows) {
  return columns(windows, [](const auto& w, auto&& field) { result_fields::window(w, field); });
}

}  // namespace

Json to_json(const RunResult& result) {
  Json out = Json::object();
  out["schema_version"] = result.schema_version;
  result_fields::run(result, into(out));
  return with_checksum(std::move(out));
}

std::string result_text(const RunResult& result) {
  return to_json(result).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace cnnbench
