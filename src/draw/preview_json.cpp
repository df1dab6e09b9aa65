#include "cnnbench/draw/preview_json.hpp"

#include <fmt/format.h>

#include <cmath>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/document.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/read_json.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

// One list for writing, reading and the schema: name, member, the range in which a matrix and the colours stay finite, meaning.
void for_each_number(auto& draw, auto&& number) {
  number("rotation_degrees", draw.rotation_degrees, -360, 360, "Degrees.");
  number("shift_x", draw.shift_x, -16384, 16384, "Pixels.");
  number("shift_y", draw.shift_y, -16384, 16384, "Pixels.");
  number("shear_degrees", draw.shear_degrees, -89, 89, "Degrees.");
  number("zoom_x", draw.zoom_x, 0.005, 100, "Factor.");
  number("zoom_y", draw.zoom_y, 0.005, 100, "Factor.");
  number("channel_shift", draw.channel_shift, -255, 255, "Added to all channels, clipped to the picture's own range.");
  number("brightness", draw.brightness, 0, 100, "Factor.");
  number("brightness_delta", draw.brightness_delta, -255, 255, "Added to the pixels, of 255.");
  number("contrast", draw.contrast, 0, 100, "Factor about each channel's mean.");
}

double number_in(const Json& json, const char* name, double low, double high) {
  const double value = json.at(name).get<double>();
  if (!(value >= low && value <= high))
    throw Error(ExitCode::usage, fmt::format("{} is {}, outside {} to {}", name, value, low, high));
  return value;
}

PreviewVersion read_version(const Json& json, const Preview& preview) {
  PreviewVersion v;
  v.pass = static_cast<std::uint64_t>(number_in(json, "epoch", 1, 1e9)) - 1;
  for_each_number(v.draw, [&](const char* name, float& value, double low, double high, const char*) {
    value = static_cast<float>(number_in(json, name, low, high));
  });
  v.draw.crop_x = static_cast<int>(number_in(json, "crop_x", 0, preview.input.width - preview.output.width));
  v.draw.crop_y = static_cast<int>(number_in(json, "crop_y", 0, preview.input.height - preview.output.height));
  v.draw.flipped_x = json.at("flipped_x").get<bool>();
  v.draw.flipped_y = json.at("flipped_y").get<bool>();
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

template <>
struct Fields<PreviewVersion> {
  static constexpr std::string_view name = "version", text = "What one epoch does to the picture.";
  static void of(auto& v, auto&& field) {
    field("epoch", v.pass + 1, "Counted from 1.", at_least_1);
    for_each_number(v.draw, [&](const char* name, float value, double low, double high, const char* text) {
      field(name, static_cast<double>(value), text, Rule{.min = low, .max = high});
    });
    field("crop_x", v.draw.crop_x, "Left edge of what is kept, pixels.", not_negative);
    field("crop_y", v.draw.crop_y, "Upper edge of what is kept, pixels.", not_negative);
    field("flipped_x", v.draw.flipped_x, "Left and right changed places.");
    field("flipped_y", v.draw.flipped_y, "Top and bottom changed places.");
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
