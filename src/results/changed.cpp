#include "cnnbench/results/changed.hpp"

#include <fmt/format.h>

#include "checksum.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace {

constexpr std::string_view beginning = "the checksum of ";

}  // namespace

std::optional<std::string> changed_since_written(const nlohmann::ordered_json& document, const std::string& source) {
  if (!document.is_object()) return std::nullopt;
  const auto stated = document.find("checksum");
  if (stated != document.end() && *stated == checksum_of(document)) return std::nullopt;
  return fmt::format("{}{} is {}: it was changed after it was written", beginning, source,
                     stated == document.end() ? "missing" : "wrong");
}

std::vector<std::string> changed_sources(const std::vector<Row>& rows) {
  std::vector<std::string> out;
  for (const Row& row : rows)
    for (const std::string& taint : row.taints)
      if (taint.starts_with(beginning)) add_distinct(out, {taint});
  return out;
}

}  // namespace cnnbench
