#include "checksum.hpp"

#include "cnnbench/core/json_text.hpp"
#include "cnnbench/core/sha256.hpp"

namespace cnnbench {

std::string checksum_of(nlohmann::ordered_json document) {
  document.erase("checksum");
  return sha256(json_line(document));
}

nlohmann::ordered_json with_checksum(nlohmann::ordered_json document) {
  // Through text: what is no UTF-8 is replaced there, and the reader must come to the same sum.
  const std::string sum = checksum_of(document);
  document["checksum"] = sum;
  return document;
}

}  // namespace cnnbench
