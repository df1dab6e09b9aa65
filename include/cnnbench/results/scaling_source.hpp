// What a result knows of one rank's work, for the model of scaling (scaling.hpp), and in words what is assumed where it does not
// know. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cnnbench/results/load.hpp"
#include "cnnbench/results/scaling.hpp"

namespace cnnbench {

struct ScalingChoice {
  std::vector<std::string> base{};       // "loader.workers=1": which cells of a file count
  std::optional<double> variation{};     // instead of the measured one
  double faster = 1;                     // a rank is taken to be so many times as fast as the measured one
  std::optional<bool> hides_exchange{};  // none: on GPUs yes, on CPUs no, and as the config has it
};

struct ScalingSource {
  std::string work;  // "catdog_original, cpu (AMD EPYC), float32, 2 threads"
  RankWork rank{};
  // Of a rank by itself, ascending, a step being what one update of the weights sees. More than one: rank.step holds for other
  // batches too.
  std::vector<BatchTime> measured{};
  std::optional<Link> link{};  // of a run in ranks: what its own exchange showed
  int hosts = 1;               // of that run
  std::vector<std::string> notes{};
};

// Of one cell, or of cells that differ in their batch size only; of several numbers of ranks the fewest. Throws Error(failed) where
// nothing has a speed, Error(usage) where cells differ in more, or where a result of ranks does not say what their exchange takes.
ScalingSource scaling_source(const Results&, const ScalingChoice&);

}  // namespace cnnbench
