// Fields to JSON, in their order, every default spelled out.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/core/image_json.hpp"

namespace cnnbench::config {

nlohmann::ordered_json written(const LayerConfig&);  // only the keys that its type understands

template <class T>
nlohmann::ordered_json written(const std::optional<T>& value);
template <class T>
nlohmann::ordered_json written(const std::vector<T>& values);

template <class T>
nlohmann::ordered_json written(const T& value) {
  if constexpr (NamedEnum<T>) {
    return name_of(value);
  } else if constexpr (HasFields<T>) {
    nlohmann::ordered_json out = nlohmann::ordered_json::object();
    T::fields(value, [&](std::string_view name, const auto& member, auto&&...) { out[std::string(name)] = written(member); });
    return out;
  } else {
    return value;
  }
}

template <class T>
nlohmann::ordered_json written(const std::optional<T>& value) {
  return value ? written(*value) : nlohmann::ordered_json(nullptr);
}

template <class T>
nlohmann::ordered_json written(const std::vector<T>& values) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const T& value : values) out.push_back(written(value));
  return out;
}

}  // namespace cnnbench::config
