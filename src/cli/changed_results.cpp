#include "cnnbench/cli/changed_results.hpp"

#include <fmt/format.h>

#include "cnnbench/cli/console.hpp"
#include "cnnbench/results/changed.hpp"

namespace cnnbench {

void warn_of_changes(const std::vector<Row>& rows) {
  for (const std::string& change : changed_sources(rows)) Console::get().warn(change);
}

void end_with_damaged(const std::vector<Error>& damaged, std::string_view others) {
  if (damaged.empty()) return;
  for (std::size_t i = 1; i < damaged.size(); ++i) Console::get().warn(damaged[i].what());
  throw Error(ExitCode::failed, fmt::format("{} (left out; {})", damaged.front().what(), others),
              "measure it again, or name only results that are sound");
}

}  // namespace cnnbench
