#include "cnnbench/data/data_hash.hpp"

#include <fmt/format.h>

#include "cnnbench/core/sha256.hpp"

namespace cnnbench {
namespace {

// Names may hold anything but a zero, which therefore ends them.
void add(Sha256& hash, const Dataset& set) {
  hash.add(fmt::format("{} classes\n", set.class_names.size()));
  for (const std::string& name : set.class_names) hash.add(name + '\0');
  hash.add(fmt::format("{} pictures\n", set.count()));
  for (std::size_t i = 0; i < set.count(); ++i)
    hash.add(fmt::format("{}{}{} {}\n", set.names[i], '\0', set.labels[i], set.stored_size ? set.stored_size(i) : 0));
}

}  // namespace

std::string data_hash(const Splits& splits) {
  Sha256 hash;
  add(hash, splits.train);
  add(hash, splits.validation);
  return hash.hex();
}

}  // namespace cnnbench
