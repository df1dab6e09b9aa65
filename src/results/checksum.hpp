// A document's own checksum, its last member: a digit changed by accident is found, whatever it belongs to. It is no signature.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace cnnbench {

// SHA-256 of the document without its member "checksum", as JSON without white space, members in their order.
std::string checksum_of(nlohmann::ordered_json document);
nlohmann::ordered_json with_checksum(nlohmann::ordered_json document);

}  // namespace cnnbench
