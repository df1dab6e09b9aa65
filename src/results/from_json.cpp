#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "result_fields.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

// Where the reader stands, for its messages.
struct Place {
  const std::string& source;
  std::string pointer;
  Place at(std::string_view key) const { return {source, fmt::format("{}/{}", pointer, key)}; }
  [[noreturn]] void fail(std::string_view problem) const {
    throw Error(ExitCode::failed, fmt::format("{}: {}: {}", source, pointer.empty() ? "/" : pointer, problem),
                "check that it is the result.json of a run, whole and unchanged");
  }
};

const Json& member(const Json& object, std::string_view key, const Place& place) {
  if (!object.is_object()) place.fail("expected an object");
  const auto found = object.find(std::string(key));
  if (found == object.end()) place.at(key).fail("missing");
  return *found;
}

template <class T>
requires std::is_integral_v<T>
void read(const Json& json, T& out, const Place& place) {
  if (!json.is_number_integer()) place.fail("expected a whole number");
  // is_number_unsigned() tells the two 64-bit kinds that nlohmann keeps apart.
  const bool fits =
      json.is_number_unsigned() ? std::in_range<T>(json.get<std::uint64_t>()) : std::in_range<T>(json.get<std::int64_t>());
  if (!fits) place.fail("out of range");
  out = json.get<T>();
}

void read(const Json& json, double& out, const Place& place) {
  if (json.is_null()) {
    out = std::numeric_limits<double>::quiet_NaN();  // as written: JSON has no NaN
    return;
  }
  if (!json.is_number()) place.fail("expected a number");
  out = json.get<double>();
}

void read(const Json& json, bool& out, const Place& place) {
  if (!json.is_boolean()) place.fail("expected true or false");
  out = json.get<bool>();
}

void read(const Json& json, std::string& out, const Place& place) {
  if (!json.is_string()) place.fail("expected a text");
  out = json.get<std::string>();
}

void read(const Json& json, Json& out, const Place&) { out = json; }

template <NamedEnum E>
void read(const Json& json, E& out, const Place& place) {
  std::string name;
  read(json, name, place);
  for (const auto& [value, text] : EnumNames<E>::values)
    if (text == name) {
      out = value;
      return;
    }
  place.fail(fmt::format("'{}' is none of its words", name));
}

void read(const Json& json, Experiment& out, const Place& place) {
  try {
    out = experiment_from_json(json);
  } catch (const std::exception& error) {
    place.fail(error.what());
  }
}

void read(const Json&, Phases&, const Place&);
void read(const Json&, TelemetrySummary&, const Place&);
void read(const Json&, EpochRow&, const Place&);
void read(const Json&, Steadiness&, const Place&);
void read(const Json&, Stages&, const Place&);
void read(const Json&, Verdict&, const Place&);
void read(const Json&, SkippedPicture&, const Place&);
void read(const Json&, std::vector<TelemetrySample>&, const Place&);
void read(const Json&, std::vector<SpeedWindow>&, const Place&);

template <class T>
void read(const Json& json, std::optional<T>& out, const Place& place) {
  out.reset();
  if (!json.is_null()) read(json, out.emplace(), place);
}

template <class T>
void read(const Json& json, std::vector<T>& out, const Place& place) {
  if (!json.is_array()) place.fail("expected a list");
  out.clear();
  for (std::size_t i = 0; i < json.size(); ++i) read(json[i], out.emplace_back(), place.at(std::to_string(i)));
}

// A visitor that takes each field out of an object.
auto from(const Json& object, const Place& place) {
  return [&object, &place](const char* name, auto& value) { read(member(object, name, place), value, place.at(name)); };
}

void read(const Json& json, Phases& out, const Place& place) { result_fields::phases(out, from(json, place)); }
void read(const Json& json, TelemetrySummary& out, const Place& place) { result_fields::telemetry(out, from(json, place)); }
void read(const Json& json, EpochRow& out, const Place& place) { result_fields::epoch(out, from(json, place)); }
void read(const Json& json, Steadiness& out, const Place& place) { result_fields::steadiness(out, from(json, place)); }
void read(const Json& json, Stages& out, const Place& place) { result_fields::stages(out, from(json, place)); }
void read(const Json& json, Verdict& out, const Place& place) { result_fields::verdict(out, from(json, place)); }
void read(const Json& json, SkippedPicture& out, const Place& place) { result_fields::skipped(out, from(json, place)); }

template <class T>
void read_columns(const Json& json, std::vector<T>& out, const Place& place, auto&& fields) {
  const Json& seconds = member(json, "seconds", place);
  if (!seconds.is_array()) place.at("seconds").fail("expected a list");
  out.assign(seconds.size(), {});
  for (std::size_t i = 0; i < out.size(); ++i)
    fields(out[i], [&](const char* name, auto& value) {
      const Json& column = member(json, name, place);
      if (!column.is_array() || column.size() != out.size())
        place.at(name).fail(fmt::format("expected a list of {} numbers", out.size()));
      read(column[i], value, place.at(name).at(std::to_string(i)));
    });
}

void read(const Json& json, std::vector<TelemetrySample>& out, const Place& place) {
  read_columns(json, out, place, [](auto& s, auto&& field) { result_fields::sample(s, field); });
}

void read(const Json& json, std::vector<SpeedWindow>& out, const Place& place) {
  read_columns(json, out, place, [](auto& w, auto&& field) { result_fields::window(w, field); });
}

}  // namespace

RunResult run_result_from_json(const nlohmann::ordered_json& json, const std::string& source) {
  const Place place{source, {}};
  int version = 0;
  read(member(json, "schema_version", place), version, place.at("schema_version"));
  if (version < 1 || version > result_schema_version)
    place.at("schema_version").fail(fmt::format("is {}, and this program reads 1 to {}", version, result_schema_version));
  RunResult result;
  result.schema_version = version;
  result_fields::run(result, [&](const char* name, auto& value) {
    const bool later = std::find(result_fields::later.begin(), result_fields::later.end(), name) != result_fields::later.end();
    if (!later || version == result_schema_version || json.contains(name)) from(json, place)(name, value);
  });
  return result;
}

}  // namespace cnnbench
