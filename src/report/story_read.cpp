// The story file: strict, so that a key with a slip in it is no silent nothing.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/report/story.hpp"

namespace cnnbench::report {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void fault(const std::string& place, const std::string& problem) {
  throw Error(ExitCode::usage, fmt::format("{}: {}", place, problem), "docs/story.md has the keys of a story");
}

// An object whose keys are all asked for: finish() names one that was not.
class Object {
 public:
  Object(const Json& json, std::string place) : json_(json), place_(std::move(place)) {
    if (!json.is_object()) fault(place_, "must be an object");
  }

  const Json* find(const std::string& key) {
    asked_.insert(key);
    const auto at = json_.find(key);
    return at == json_.end() ? nullptr : &*at;
  }
  const Json& at(const std::string& key) {
    const Json* found = find(key);
    if (!found) fault(place_, "has no " + key);
    return *found;
  }
  std::string place(const std::string& key) const { return place_ + "/" + key; }

  std::string text(const std::string& key) {
    const Json& value = at(key);
    if (!value.is_string()) fault(place(key), "must be a text");
    return value;
  }
  std::string text_or_none(const std::string& key) { return find(key) ? text(key) : ""; }
  std::optional<double> number(const std::string& key) {
    const Json* value = find(key);
    if (!value) return std::nullopt;
    if (!value->is_number()) fault(place(key), "must be a number");
    return value->get<double>();
  }
  template <NamedEnum E>
  E choice(const std::string& key, E otherwise) {
    const std::string name = text_or_none(key);
    if (name.empty()) return otherwise;
    for (const auto& [value, its_name] : EnumNames<E>::values)
      if (its_name == name) return value;
    fault(place(key), fmt::format("there is no '{}'", name));
  }
  void finish() const {
    for (const auto& [key, value] : json_.items())
      if (!asked_.contains(key)) fault(place_, fmt::format("unknown key '{}'", key));
  }

 private:
  const Json& json_;
  std::string place_;
  std::set<std::string> asked_;
};

void check_pointer(const std::string& pointer, const std::string& place) {
  try {
    Json::json_pointer{pointer};
  } catch (const Json::exception&) {
    fault(place, fmt::format("'{}' is no JSON pointer", pointer));
  }
}

Pick pick_of(const Json& json, const std::string& place) {
  Object o(json, place);
  Pick pick{.file = o.text("in"), .where = {}, .pointer = o.text_or_none("pointer"), .count = o.text_or_none("count")};
  check_pointer(pick.pointer, o.place("pointer"));
  check_pointer(pick.count, o.place("count"));
  if (const Json* where = o.find("where")) {
    if (!where->is_object()) fault(o.place("where"), "must be an object");
    for (const auto& [key, value] : where->items()) pick.where.emplace_back(key, value_text(value));
    for (const auto& [key, value] : pick.where) check_pointer("/" + key, o.place("where"));
  }
  o.finish();
  return pick;
}

Circumstances circumstances_of(const Json& json, const std::string& place) {
  Object o(json, place);
  Circumstances c{.machine = o.text_or_none("machine"),
                  .device = o.text_or_none("device"),
                  .limit = o.text_or_none("limit"),
                  .cores = o.number("cores"),
                  .pictures = o.number("pictures"),
                  .epochs = o.number("epochs")};
  o.finish();
  return c;
}

std::optional<Interval> figure_of(Object& o) {
  const Json* figure = o.find("figure");
  if (!figure) return std::nullopt;
  if (figure->is_number()) return Interval{figure->get<double>(), figure->get<double>()};
  if (!figure->is_array() || figure->size() != 2 || !(*figure)[0].is_number() || !(*figure)[1].is_number() ||
      (*figure)[0].get<double>() > (*figure)[1].get<double>())
    fault(o.place("figure"), "must be a number, or two in order: [from, to]");
  return Interval{(*figure)[0].get<double>(), (*figure)[1].get<double>()};
}

std::vector<std::string> texts_of(const Json& json, const std::string& place) {
  if (!json.is_array()) fault(place, "must be an array");
  std::vector<std::string> out;
  for (const Json& text : json) {
    if (!text.is_string()) fault(place, "must hold texts");
    out.push_back(text);
  }
  return out;
}

Claim claim_of(const Json& json, const std::string& place) {
  Object o(json, place);
  Claim claim;
  claim.experiment = o.text("experiment");
  claim.claimed = o.text("claimed");
  claim.figure = figure_of(o);
  claim.expected = o.choice("expected", Expected::nothing);
  if (const Json* then = o.find("then")) claim.then = circumstances_of(*then, o.place("then"));
  claim.kind = o.choice("kind", FigureKind::value);
  if (claim.kind == FigureKind::files) {
    claim.files = texts_of(o.at("files"), o.place("files"));
  } else {
    claim.field = o.text_or_none("field");
    claim.unit = o.text("unit");
    claim.factor = o.number("factor").value_or(1);
    claim.within = o.number("within");
    claim.of = pick_of(o.at("of"), o.place("of"));
    if (claim.kind == FigureKind::ratio || claim.kind == FigureKind::difference) claim.to = pick_of(o.at("to"), o.place("to"));
    if (claim.field.empty() && claim.of.pointer.empty()) fault(place, "names no field, and no pointer into a document");
  }
  o.finish();
  return claim;
}

Story story_of(const Json& json, const std::string& file) {
  Object o(json, file);
  Story story{.title = o.text("title"),
              .introduction = o.text("introduction"),
              .machine = o.text_or_none("machine"),
              .claims = {},
              .pictures = {}};
  const Json& claims = o.at("claims");
  if (!claims.is_array() || claims.empty()) fault(o.place("claims"), "must be an array with a claim at least");
  for (std::size_t i = 0; i < claims.size(); ++i)
    story.claims.push_back(claim_of(claims[i], fmt::format("{}/{}", o.place("claims"), i)));
  if (const Json* pictures = o.find("pictures")) {
    if (!pictures->is_array()) fault(o.place("pictures"), "must be an array");
    for (std::size_t i = 0; i < pictures->size(); ++i) {
      Object p((*pictures)[i], fmt::format("{}/{}", o.place("pictures"), i));
      story.pictures.push_back({.file = p.text("file"), .caption = p.text("caption")});
      p.finish();
    }
  }
  o.finish();
  return story;
}

}  // namespace

Story read_story(const std::filesystem::path& file) {
  constexpr std::uint64_t largest = 1 << 20;
  Json json;
  try {
    json = Json::parse(read_file(file, largest));
  } catch (const Json::parse_error& e) {
    fault(file.string(), fmt::format("is no JSON (at byte {})", e.byte));
  }
  return story_of(json, file.string());
}

}  // namespace cnnbench::report
