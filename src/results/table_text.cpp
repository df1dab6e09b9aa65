#include "cnnbench/results/table_text.hpp"

#include <fmt/format.h>

#include "cnnbench/core/grouped.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/core/safe_text.hpp"

namespace cnnbench {

std::string speed_text(std::optional<double> ips) {
  if (!ips) return "-";
  return grouped(*ips >= 100 || *ips == 0 ? fmt::format("{:.0f}", *ips) : fmt::format("{:.1f}", *ips));
}

std::string count_text(long long n, std::string_view noun) { return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s"); }

std::string cell_text(const nlohmann::ordered_json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? valid_utf8(value.get_ref<const std::string&>()) : json_line(value);
}

std::string interval_text(const Ratio& r) {
  return r.interval ? fmt::format(" ({:.2f} to {:.2f})", r.interval->low, r.interval->high) : "";
}

std::string markdown_text(std::string_view text) {
  std::string out;
  for (const char c : safe_text(text, text.size())) {
    if (std::string_view("|\\<`*").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace cnnbench
