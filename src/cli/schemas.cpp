#include "cnnbench/cli/schemas.hpp"

#include "cnnbench/cli/predict_view.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/draw/preview_json.hpp"
#include "cnnbench/model/plan.hpp"
#include "cnnbench/results/compare.hpp"
#include "cnnbench/results/projection.hpp"
#include "cnnbench/results/row.hpp"
#include "cnnbench/results/run_result.hpp"

namespace cnnbench {

const std::vector<DocumentSchema>& document_schemas() {
  static const std::vector<DocumentSchema> all{
      {"result", "result.json of a run, and train --json of one device", result_schema},
      {"runs", "train --json", runs_schema},
      {"row", "a line of bench's .jsonl", row_schema},
      {"rows", "bench -o json", rows_schema},
      {"compare", "compare --json", comparisons_schema},
      {"project", "project --json", projection_schema},
      {"verify", "verify --json", verify_schema},
      {"tune", "tune --json", tune_schema},
      {"predict", "predict --json", predict_schema},
      {"preview", "preview --json, and the .json beside its sheet", preview_schema},
      {"summary", "summary --json", summary_schema},
      {"info", "info --json", info_schema},
      {"data_check", "data check --json", data_check_schema},
      {"data_bench", "data bench --json", data_bench_schema},
      {"data_stats", "data stats --json", data_stats_schema},
  };
  return all;
}

std::string schema_text(const DocumentSchema& schema) { return json_text(schema.make()) + "\n"; }

}  // namespace cnnbench
