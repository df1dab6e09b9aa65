// The JSON Schemas of everything that cnnbench writes as JSON: each is generated from the field list that also writes it
// (core/document.hpp), which stands beside its writer.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

namespace cnnbench {

struct DocumentSchema {
  std::string_view name;  // docs/schemas/NAME.schema.json
  std::string_view of;    // what it describes
  nlohmann::ordered_json (*make)();
};
const std::vector<DocumentSchema>& document_schemas();

// As in the files, with a newline at the end.
std::string schema_text(const DocumentSchema&);

nlohmann::ordered_json data_bench_schema();
nlohmann::ordered_json data_stats_schema();
nlohmann::ordered_json data_check_schema();
nlohmann::ordered_json info_schema();
nlohmann::ordered_json tune_schema();
nlohmann::ordered_json verify_schema();

}  // namespace cnnbench
