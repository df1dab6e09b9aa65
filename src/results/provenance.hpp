// What stands behind each field of a result: the partition that `verify` tells. Every field is of exactly one kind, which a test
// holds against the schemas: a new field has to be entered here.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cnnbench {

enum class Provenance {
  computed,  // follows from other fields and is computed again
  measured,  // what the others follow from; held within what they allow, where they do
  stated,    // not verifiable: nothing else in the document could contradict it
};

struct FieldProvenance {
  std::string_view field;  // JSON pointer, * for any item of a list; with what is below it, unless that has a line of its own
  Provenance provenance;
};

std::span<const FieldProvenance> result_provenance();
std::span<const FieldProvenance> row_provenance();

// The line of this pointer, which has numbers where the list has *; nullptr: there is none.
const FieldProvenance* provenance_of(std::span<const FieldProvenance>, std::string_view pointer);

// Their fields, in the order of the list.
std::vector<std::string> fields_that_are(std::span<const FieldProvenance>, Provenance);

}  // namespace cnnbench
