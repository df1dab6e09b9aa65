#include "cnnbench/data/data_hash.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/sha256.hpp"

namespace cnnbench {
namespace {

constexpr std::size_t most_read = 64;  // pictures of a set; of a hundred thousand it takes some milliseconds

// Stored bytes of pictures that lie evenly in the set: they tell sets apart whose files are of equal sizes.
void add_some_bytes(Sha256& hash, const Dataset& set) {
  const std::size_t read = std::min(set.count(), most_read);
  Bytes stored;
  for (std::size_t i = 0; i < read; ++i) {
    try {
      set.fetch(i * set.count() / read, stored);
    } catch (const Error&) {
      stored.clear();  // whoever trains on it says so
    }
    hash.add(fmt::format("{} bytes\n", stored.size()));
    hash.add(std::string_view(reinterpret_cast<const char*>(stored.data()), stored.size()));
  }
}

// Names may hold anything but a zero, which therefore ends them.
void add(Sha256& hash, const Dataset& set) {
  hash.add(fmt::format("{} classes\n", set.class_names.size()));
  for (const std::string& name : set.class_names) hash.add(name + '\0');
  hash.add(fmt::format("{} pictures\n", set.count()));
  for (std::size_t i = 0; i < set.count(); ++i)
    hash.add(fmt::format("{}{}{} {}\n", set.names[i], '\0', set.labels[i], set.stored_size ? set.stored_size(i) : 0));
  if (set.fetch) add_some_bytes(hash, set);
}

}  // namespace

std::string data_hash(const Splits& splits) {
  Sha256 hash;
  add(hash, splits.train);
  add(hash, splits.validation);
  return hash.hex();
}

}  // namespace cnnbench
