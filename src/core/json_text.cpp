#include "cnnbench/core/json_text.hpp"

#include "cnnbench/core/utf8.hpp"

namespace cnnbench {
namespace {

template <class Json>
std::string dumped(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string json_line(const nlohmann::ordered_json& json) { return dumped(json, -1); }
std::string json_line(const nlohmann::json& json) { return dumped(json, -1); }
std::string json_text(const nlohmann::ordered_json& json, int indent) { return dumped(json, indent); }
std::string value_text(const nlohmann::ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : json_line(value);
}

std::string valid_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  return nlohmann::json::parse(json_line(nlohmann::json(text))).get<std::string>();
}

}  // namespace cnnbench
