// The parts of machine_record(), each adding its keys to one flat object.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace cnnbench::machine_parts {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

void add_processor(Json&, const std::filesystem::path& root);
void add_memory(Json&, const std::filesystem::path& root);
void add_system(Json&, const std::filesystem::path& root);
void add_gpus(Json&, const std::string& nvml_library);

}  // namespace cnnbench::machine_parts
