#include "cnnbench/draw/preview_json.hpp"

#include <fmt/format.h>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/document.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/read_json.hpp"
#include "cnnbench/pipeline/operations.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

double number_in(const Json& json, const char* name, double low, double high) {
  const double value = json.at(name).get<double>();
  if (!(value >= low && value <= high))
    throw Error(ExitCode::usage, fmt::format("{} is {}, outside {} to {}", name, value, low, high));
  return value;
}

void read_number(const Json& json, const DrawNumber& n, const Preview&, float& value) {
  value = static_cast<float>(number_in(json, n.name, n.low, n.high));
}
// A crop lies within the picture; read by the axis, for the whole numbers are its left and upper edge.
void read_number(const Json& json, const DrawNumber& n, const Preview& preview, int& value) {
  const bool across = std::get<int Draw::*>(n.member) == &Draw::crop_x;
  const int room = across ? preview.input.width - preview.output.width : preview.input.height - preview.output.height;
  value = static_cast<int>(number_in(json, n.name, n.low, room));
}
void read_number(const Json& json, const DrawNumber& n, const Preview&, bool& value) { value = json.at(n.name).get<bool>(); }

PreviewVersion read_version(const Json& json, const Preview& preview) {
  PreviewVersion v;
  v.pass = static_cast<std::uint64_t>(number_in(json, "epoch", 1, 1e9)) - 1;
  for (const Operation& operation : operations())
    for (const DrawNumber& n : operation.numbers)
      std::visit([&](auto member) { read_number(json, n, preview, v.draw.*member); }, n.member);
  v.draw = with_matrix(v.draw, preview.augment, preview.input);
  return v;
}

RecordedPreview read(const Json& json) {
  if (json.at("schema_version") != 1) throw Error(ExitCode::usage, "its schema_version is not 1");
  RecordedPreview r{.experiment = experiment_from_json(nlohmann::json(json.at("config")))};
  if (const std::vector<Issue> issues = validate(r.experiment); !issues.empty())
    throw Error(ExitCode::usage, "config: " + issues.front().str());
  Preview& p = r.preview;
  p.name = r.experiment.name;
  p.augment = r.experiment.augment;
  p.seed = json.at("seed").get<std::uint64_t>();
  const Json& size = json.at("input_size");
  if (!size.is_array() || size.size() != 2) throw Error(ExitCode::usage, "input_size is not [height, width]");
  for (int* side : {&p.input.height, &p.input.width}) {
    *side = size[side == &p.input.height ? 0 : 1].get<int>();
    if (*side < 1 || *side > 16384) throw Error(ExitCode::usage, "input_size is outside 1 to 16384");
  }
  p.output = augmented_size(p.augment, p.input);
  for (const Json& picture : json.at("pictures")) {
    PreviewPicture read{.index = picture.at("index").get<std::size_t>(),
                        .name = picture.at("name").get<std::string>(),
                        .class_name = picture.at("class").get<std::string>(),
                        .sha256 = picture.at("sha256").get<std::string>()};
    for (const Json& version : picture.at("versions")) read.versions.push_back(read_version(version, p));
    p.pictures.push_back(std::move(read));
  }
  return r;
}

}  // namespace

namespace {

void write_number(const DrawNumber& n, float value, auto&& field) {
  field(n.name, static_cast<double>(value), n.meaning, Rule{.min = n.low, .max = n.high});
}
void write_number(const DrawNumber& n, int value, auto&& field) { field(n.name, value, n.meaning, not_negative); }
void write_number(const DrawNumber& n, bool value, auto&& field) { field(n.name, value, n.meaning); }

}  // namespace

template <>
struct Fields<PreviewVersion> {
  static constexpr std::string_view name = "version", text = "What one epoch does to the picture.";
  static void of(auto& v, auto&& field) {
    field("epoch", v.pass + 1, "Counted from 1.", at_least_1);
    for (const Operation& operation : operations())
      for (const DrawNumber& n : operation.numbers)
        std::visit([&](auto member) { write_number(n, v.draw.*member, field); }, n.member);
  }
};

template <>
struct Fields<PreviewPicture> {
  static constexpr std::string_view name = "picture", text = "One picture.";
  static void of(auto& p, auto&& field) {
    field("index", p.index, "In the data set.", not_negative);
    field("name", p.name, "Its file.");
    field("class", p.class_name, "Its class.");
    field("sha256", p.sha256, "Of its pixels before augmentation.");
    field("versions", p.versions, "One an epoch.");
  }
};

namespace {

struct Document {
  Preview preview;
  Experiment experiment;
};

}  // namespace

template <>
struct Fields<Document> {
  static constexpr std::string_view name = "preview", text = "What augmentation does to some pictures: draws, no pixels.";
  static constexpr int version = 1;
  static void of(auto& d, auto&& field) {
    field("seed", d.preview.seed, "Of all draws.", not_negative);
    field("input_size", std::array<int, 2>{d.preview.input.height, d.preview.input.width}, "Height and width, pixels.",
          not_negative);
    field("pictures", d.preview.pictures, "In the sheet's order.");
    field("config", d.experiment, "Resolved (configs/schema.json).");
  }
};

Json preview_json(const Preview& preview, const Experiment& experiment) { return document(Document{preview, experiment}); }
Json preview_schema() { return document_schema<Document>("cnnbench preview --json"); }

RecordedPreview read_preview(const std::string& text, const std::string& file) {
  const char* remedy = "give the .json file that `cnnbench preview --export` wrote beside its sheet";
  try {
    const Json json = read_json(text);
    if (json.is_discarded()) throw Error(ExitCode::usage, "no preview's draws: it is no JSON", remedy);
    return read(json);
  } catch (const Error& e) {
    throw Error(ExitCode::usage, fmt::format("{}: {}", file, e.what()), remedy);
  } catch (const nlohmann::json::exception& e) {
    throw Error(ExitCode::usage, fmt::format("{}: no preview's draws: {}", file, e.what()), remedy);
  }
}

}  // namespace cnnbench
