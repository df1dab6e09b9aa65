// Sorts rows by what was done (a work: network, pictures, augmentation) and by what did it (a series: machine, device, precision,
// build). Speeds may be compared within a work only. How it was done (workers, batch size, cache, threads) is a row's setting.
#pragma once

#include <string>
#include <vector>

#include "cnnbench/results/row.hpp"

namespace cnnbench::report {

struct Placed {
  const Row* row = nullptr;
  std::size_t work = 0, series = 0, place = 0;  // numbers in the catalogue's lists
};

struct Series {
  std::string label, precision;
  bool gpu = false;
};

struct Catalogue {
  std::vector<std::string> works;
  std::vector<Series> series;
  std::vector<const Row*> places;  // a row of each machine and build; place i is called "E<i + 1>"
  std::vector<Placed> rows;        // as they came, without failed ones

  std::vector<const Placed*> of(std::size_t work, std::size_t series) const;
  const Placed* fastest(std::size_t work, std::size_t series) const;  // nullptr: none has a speed
};

Catalogue catalogue_of(const std::vector<Row>&);  // which must outlive it

std::string place_name(std::size_t place);  // "E1"
std::string place_key(const Row&);          // what makes a place another one
std::string settings_of(const Row&);        // "2 workers, batch 64, cache decoded"

}  // namespace cnnbench::report
