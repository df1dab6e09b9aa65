#include "keys.hpp"

#include <algorithm>
#include <map>

namespace cnnbench::config {
namespace {

using Keys = std::vector<std::string>;

const std::map<LayerType, Keys>& table() {
  static const std::map<LayerType, Keys> keys{
      {LayerType::conv,
       {"filters", "kernel", "stride", "dilation", "groups", "padding", "use_bias", "activation", "initializer", "init_stddev",
        "bias_init", "weight_decay"}},
      {LayerType::pool, {"stride", "padding", "pool", "size"}},
      {LayerType::dense, {"use_bias", "activation", "units", "initializer", "init_stddev", "bias_init", "weight_decay"}},
      {LayerType::dropout, {"rate"}},
      {LayerType::batch_norm, {"momentum", "epsilon"}},
      {LayerType::lrn, {"radius", "bias", "alpha", "beta"}},
      {LayerType::activation, {"activation"}},
      {LayerType::flatten, {}},
      {LayerType::residual, {"activation", "layers"}},
  };
  return keys;
}

struct Meaning {
  LayerType type;
  std::string_view foreign, own;
};
constexpr std::array meanings{
    Meaning{LayerType::pool, "kernel", "size"},         Meaning{LayerType::conv, "size", "kernel"},
    Meaning{LayerType::conv, "units", "filters"},       Meaning{LayerType::dense, "filters", "units"},
    Meaning{LayerType::conv, "bias", "use_bias"},       Meaning{LayerType::dense, "bias", "use_bias"},
    Meaning{LayerType::lrn, "size", "radius"},          Meaning{LayerType::lrn, "kernel", "radius"},
    Meaning{LayerType::batch_norm, "rate", "momentum"},
};

// Arguments of Keras' ImageDataGenerator that have no key of their own here (docs/pictures.md has the whole table).
constexpr std::pair<std::string_view, std::string_view> refused[] = {
    {"featurewise_center", "write the means: augment.channel_mean=[r, g, b]; 'cnnbench data stats' computes them"},
    {"featurewise_std_normalization", "write the deviations: augment.channel_std=[r, g, b]; 'cnnbench data stats' computes them"},
    {"zca_whitening", "left out: a matrix of all values of a picture with each other: 600 MB at 64x64"},
    {"zca_epsilon", "left out with zca_whitening"},
    {"preprocessing_function", "left out: a config holds no code; rescale, channel_mean and channel_std say what most of them do"},
    {"interpolation_order", "left out: pictures are warped bilinearly, Keras' default; data.interpolation is how they are resized"},
    {"data_format", "left out: pictures are channels last up to the device, channels first in the network"},
    {"dtype", "left out: pictures are bytes up to the device; train.precision is what the network computes in"},
};

template <class T>
constexpr ValueKind kind_of() {
  if constexpr (std::is_same_v<T, std::string> || NamedEnum<T>) return ValueKind::text;
  if constexpr ((std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) || std::is_same_v<T, ImageSize>) return ValueKind::number;
  return ValueKind::json;
}

std::vector<Setting> all_settings() {
  std::vector<Setting> all;
  Experiment e;
  Experiment::fields(e, [&](std::string_view section, auto& part, auto&&...) {
    using Part = std::remove_reference_t<decltype(part)>;
    if constexpr (HasFields<Part>) {
      Part::fields(part, [&](std::string_view key, auto& member, auto&&...) {
        all.push_back({std::string(section), std::string(key), kind_of<std::remove_reference_t<decltype(member)>>()});
      });
    } else {
      all.push_back({"", std::string(section), kind_of<Part>()});
    }
  });
  for (const Alias& alias : augment_aliases) {
    const auto same =
        std::find_if(all.begin(), all.end(), [&](const Setting& s) { return s.section == "augment" && s.key == alias.key; });
    all.push_back({"augment", std::string(alias.keras), same->kind});
  }
  return all;
}

}  // namespace

std::string_view instead_of(std::string_view keras) {
  for (const auto& [argument, instead] : refused)
    if (argument == keras) return instead;
  return {};
}

Keys keys_of_layer(LayerType type) { return table().at(type); }

bool applies(LayerType type, std::string_view key) {
  const Keys& keys = table().at(type);
  return key == "type" || std::find(keys.begin(), keys.end(), key) != keys.end();
}

std::string_view counterpart(LayerType type, std::string_view key) {
  for (const Meaning& meaning : meanings)
    if (meaning.type == type && meaning.foreign == key) return meaning.own;
  return {};
}

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = all_settings();
  return all;
}

Keys sections() {
  Keys names;
  for (const Setting& setting : settings())
    if (!setting.section.empty() && std::find(names.begin(), names.end(), setting.section) == names.end())
      names.push_back(setting.section);
  return names;
}

}  // namespace cnnbench::config
