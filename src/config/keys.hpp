// What the field lists do not say: Keras' names for our keys, and which keys a type of layer understands.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "cnnbench/config/experiment.hpp"

namespace cnnbench::config {

struct Alias {
  std::string_view keras, key;
};
inline constexpr std::array augment_aliases{
    Alias{"rotation_range", "rotation_degrees"},
    Alias{"width_shift_range", "width_shift"},
    Alias{"height_shift_range", "height_shift"},
    Alias{"shear_range", "shear_degrees"},
    Alias{"zoom_range", "zoom"},
    Alias{"channel_shift_range", "channel_shift"},
    Alias{"brightness_range", "brightness"},
};

// What to write for an argument of ImageDataGenerator's that there is not, or why it is left out; empty: it is none of them.
std::string_view instead_of(std::string_view keras);

// Without "type", which every layer has.
std::vector<std::string> keys_of_layer(LayerType);
bool applies(LayerType, std::string_view key);
// The key of this type that says what `key` says elsewhere ("kernel" of a pool is its "size"); empty: none.
std::string_view counterpart(LayerType, std::string_view key);

template <HasFields T>
std::vector<std::string> keys_of() {
  std::vector<std::string> keys;
  T value;
  T::fields(value, [&](std::string_view name, auto&&...) { keys.emplace_back(name); });
  return keys;
}

// How the text of --set is to be understood for a key.
enum class ValueKind { text, number, json };
struct Setting {
  std::string section, key;  // section is empty for name and description
  ValueKind kind;
  std::string dotted() const { return section.empty() ? key : section + "." + key; }
};
// Every key of every section, Keras' names last.
const std::vector<Setting>& settings();
std::vector<std::string> sections();

}  // namespace cnnbench::config
