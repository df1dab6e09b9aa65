#include "cnnbench/cli/changed_results.hpp"

#include "cnnbench/cli/console.hpp"
#include "cnnbench/results/changed.hpp"

namespace cnnbench {

void warn_of_changes(const std::vector<Row>& rows) {
  for (const std::string& change : changed_sources(rows)) Console::get().warn(change);
}

}  // namespace cnnbench
