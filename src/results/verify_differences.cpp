#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/core/json_text.hpp"
#include "verify_parts.hpp"

namespace cnnbench::verifying {
namespace {

// Another compiler may add up in another order.
bool same_number(const Json& a, const Json& b) {
  const double x = a, y = b;
  return std::abs(x - y) <= 1e-9 * std::max(std::abs(x), std::abs(y));
}

}  // namespace

void differences(const Json& stated, const Json& again, const std::string& place, std::vector<std::string>& faults) {
  if (stated.is_object() && again.is_object()) {
    for (const auto& [key, value] : again.items())
      if (stated.contains(key)) differences(stated[key], value, place + "/" + key, faults);
    for (const auto& [key, value] : stated.items())
      if (!again.contains(key)) faults.push_back(fmt::format("{}/{}: is no field of such a result", place, key));
    return;
  }
  if (stated.is_array() && again.is_array() && stated.size() == again.size()) {
    for (std::size_t i = 0; i < stated.size(); ++i) differences(stated[i], again[i], fmt::format("{}/{}", place, i), faults);
    return;
  }
  const bool same = stated.is_number() && again.is_number() ? same_number(stated, again) : stated == again;
  if (!same) faults.push_back(fmt::format("{}: says {}, what was measured gives {}", place, json_line(stated), json_line(again)));
}

}  // namespace cnnbench::verifying
