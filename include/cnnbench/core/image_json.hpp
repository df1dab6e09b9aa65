// A picture's size in JSON: its side where it is square, else [height, width]. Found by nlohmann's library by their names.
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "cnnbench/core/image.hpp"
#include "cnnbench/core/json_text.hpp"

namespace cnnbench {

template <class Json>
requires nlohmann::detail::is_basic_json<Json>::value void to_json(Json& json, const ImageSize& size) {
  if (size.height == size.width)
    json = size.height;
  else
    json = std::array{size.height, size.width};
}

// Throws what the library throws where it is neither.
template <class Json>
requires nlohmann::detail::is_basic_json<Json>::value void from_json(const Json& json, ImageSize& size) {
  if (!json.is_array()) {
    size = square(json.template get<int>());
    return;
  }
  const auto sides = json.template get<std::array<int, 2>>();
  size = {sides[0], sides[1]};
}

// As a config has it: "64", "[48,64]".
inline std::string size_text(ImageSize size) { return json_line(nlohmann::json(size)); }

}  // namespace cnnbench
