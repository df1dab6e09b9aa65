#include "cnnbench/core/document.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace cnnbench::schema {
namespace {

Json bound(double value) {
  if (value == std::floor(value) && std::abs(value) < 0x1p53) return static_cast<std::int64_t>(value);
  return value;
}

}  // namespace

Json number(bool whole, const Rule& rule) {
  Json out{{"type", whole ? "integer" : "number"}};
  if (std::isfinite(rule.min)) out[rule.above_min ? "exclusiveMinimum" : "minimum"] = bound(rule.min);
  if (std::isfinite(rule.max)) out["maximum"] = bound(rule.max);
  return out;
}

void check_text(std::string_view field, std::string_view text) {
  if (text.empty()) throw std::logic_error(fmt::format("the field {} has no description", field));
}

}  // namespace cnnbench::schema
