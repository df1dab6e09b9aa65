// Which taints say that something happened to a measurement (a disturbance), and which say what was measured (a fact: drawn
// pictures, TF32, a debug build). A fact that both sides share takes nothing from a comparison; a disturbance costs its certainty.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cnnbench/results/taint.hpp"

namespace cnnbench {

struct Disturbance {
  std::string taint;
  // How much of the speed it may have cost, or changed, at most: 0.07 where others had 7 % of the cores. nullopt: nobody can tell.
  std::optional<double> share{};
};

// nullopt: a fact.
std::optional<Disturbance> disturbance_of(const std::string& taint);

// Facts only, each once.
std::vector<ReadTaint> facts_of(const std::vector<std::string>& taints);

}  // namespace cnnbench
