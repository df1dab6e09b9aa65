#include "cnnbench/results/changed.hpp"

#include "checksum.hpp"
#include "cnnbench/results/table_text.hpp"
#include "cnnbench/results/taint.hpp"

namespace cnnbench {
std::optional<std::string> changed_since_written(const nlohmann::ordered_json& document, const std::string& source) {
  if (!document.is_object()) return std::nullopt;
  const auto stated = document.find("checksum");
  if (stated != document.end() && *stated == checksum_of(document)) return std::nullopt;
  return taint<Taint::changed>(source, stated == document.end() ? "missing" : "wrong");
}

std::vector<std::string> changed_sources(const std::vector<Row>& rows) {
  std::vector<std::string> out;
  for (const Row& row : rows)
    for (const std::string& taint : row.taints)
      if (read_taint(taint).kind == Taint::changed) add_distinct(out, {taint});
  return out;
}

}  // namespace cnnbench
