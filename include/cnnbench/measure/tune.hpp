// A search for fast settings with fewer trials than the grid: one key after another (coordinate descent). A candidate runs against the best
// so far in pairs, order alternating, and is dropped as soon as it is clearly slower; a key whose values grow (workers, batch size)
// is left at the first value that brings nothing. Not here: how a speed is measured.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cnnbench/measure/ratio.hpp"

namespace cnnbench {

struct TuneAxis {
  std::string key;                  // "loader.cache"
  std::string from;                 // what it is now, for people
  std::vector<std::string> values;  // candidates, in the order in which they are tried
  bool grows = false;               // stop at the first value that brings nothing
};

struct TuneOptions {
  int pairs = 6;              // at most, per candidate; fewer prove nothing (least_pairs)
  double worthwhile = 0.01;   // gains below are none
  double clearly_slower = 0.97;  // every pair below this, two at least: dropped
};

struct TuneStep {
  std::string key, from, to;
  std::vector<double> before, after;  // images/s, a fresh process each, in pairs
  Ratio ratio;                        // after / before, by pairs
  bool kept = false;
  std::string why;  // not kept, or how sure that is
};

struct Tuned {
  std::vector<std::string> sets;  // "loader.cache=decoded", what was kept
  std::vector<TuneStep> steps;
  std::vector<double> first, last;  // at the end once more, in pairs: as it was, and with all sets
  Ratio gain;                       // last / first, by pairs
  bool contradicted = false;        // at the end it was proven slower: nothing is recommended, `sets` is empty
  int processes = 0, grid_processes = 0;  // grid: every combination, as often
};

// images/s with these sets over the base, in a fresh process; NaN where that failed: the candidate is dropped. Throws to stop all.
using MeasureSets = std::function<double(const std::vector<std::string>& sets)>;

Tuned tune(const std::vector<TuneAxis>&, const MeasureSets&, const TuneOptions&);

}  // namespace cnnbench
