// JSON that anybody may have written. The parser builds any nesting, and what then walks, writes or frees it recurses until the
// stack ends: more than 64 levels are not read (our own documents have less than 10).
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace cnnbench {

bool nests_too_deeply(std::string_view json);

// Discarded (is_discarded()) where it is no JSON, or nests too deeply.
template <class Json = nlohmann::ordered_json>
Json read_json(std::string_view text) {
  return nests_too_deeply(text) ? Json(Json::value_t::discarded) : Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

}  // namespace cnnbench
