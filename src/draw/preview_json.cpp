#include "cnnbench/draw/preview_json.hpp"

#include <fmt/format.h>

#include <cmath>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

// One list for writing and reading: name, member, and the range in which a matrix and the colours stay finite.
void for_each_number(auto& draw, auto&& number) {
  number("rotation_degrees", draw.rotation_degrees, -360, 360);
  number("shift_x", draw.shift_x, -16384, 16384);
  number("shift_y", draw.shift_y, -16384, 16384);
  number("shear_degrees", draw.shear_degrees, -89, 89);
  number("zoom_x", draw.zoom_x, 0.005, 100);
  number("zoom_y", draw.zoom_y, 0.005, 100);
  number("channel_shift", draw.channel_shift, -255, 255);
  number("brightness", draw.brightness, 0, 100);
  number("brightness_delta", draw.brightness_delta, -255, 255);
  number("contrast", draw.contrast, 0, 100);
}

Json version_json(const PreviewVersion& v) {
  Json json{{"epoch", v.pass + 1}};
  for_each_number(v.draw, [&](const char* name, float value, double, double) { json[name] = static_cast<double>(value); });
  json["crop_x"] = v.draw.crop_x;
  json["crop_y"] = v.draw.crop_y;
  json["flipped_x"] = v.draw.flipped_x;
  json["flipped_y"] = v.draw.flipped_y;
  return json;
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
  for_each_number(v.draw, [&](const char* name, float& value, double low, double high) {
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

Json preview_json(const Preview& p, const Experiment& experiment) {
  Json pictures = Json::array();
  for (const PreviewPicture& picture : p.pictures) {
    Json versions = Json::array();
    for (const PreviewVersion& version : picture.versions) versions.push_back(version_json(version));
    pictures.push_back({{"index", picture.index},
                        {"name", picture.name},
                        {"class", picture.class_name},
                        {"sha256", picture.sha256},
                        {"versions", std::move(versions)}});
  }
  return {{"schema_version", 1},
          {"seed", p.seed},
          {"input_size", {p.input.height, p.input.width}},
          {"pictures", std::move(pictures)},
          {"config", to_json(experiment)}};
}

RecordedPreview read_preview(const std::string& text, const std::string& file) {
  const char* remedy = "give the .json file that `cnnbench preview --export` wrote beside its sheet";
  try {
    return read(Json::parse(text));
  } catch (const Error& e) {
    throw Error(ExitCode::usage, fmt::format("{}: {}", file, e.what()), remedy);
  } catch (const nlohmann::json::exception& e) {
    throw Error(ExitCode::usage, fmt::format("{}: no preview's draws: {}", file, e.what()), remedy);
  }
}

}  // namespace cnnbench
