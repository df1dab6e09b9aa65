// Results of earlier versions with the names of today. What a version lacked is in the field lists (Rule::since).
#pragma once

#include <nlohmann/json.hpp>

namespace cnnbench {

// `document` unchanged where it is of today's version, of none, or no object. Its schema_version stays.
nlohmann::ordered_json with_todays_names(nlohmann::ordered_json document);

}  // namespace cnnbench
