#include "cnnbench/core/read_json.hpp"

namespace cnnbench {
namespace {

constexpr int most_levels = 64;

}  // namespace

bool nests_too_deeply(std::string_view json) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text && c == '\\') ++i;
    if (c == '"') in_text = !in_text;
    if (in_text) continue;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > most_levels) return true;
  }
  return false;
}

}  // namespace cnnbench
