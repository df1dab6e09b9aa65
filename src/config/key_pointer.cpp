#include "cnnbench/config/key_pointer.hpp"

#include <algorithm>

namespace cnnbench {

nlohmann::ordered_json::json_pointer key_pointer(const std::string& key) {
  std::string pointer = "/" + key;
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  return nlohmann::ordered_json::json_pointer(pointer);
}

}  // namespace cnnbench
