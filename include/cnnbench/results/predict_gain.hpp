// What a remedy would bring: a model of who waits for whom, filled with what was measured while both sides ran. Pure.
//
// On the CPU `cores` are shared by `threads` that compute and `workers`. A picture costs the network n seconds of a core, and a
// worker l seconds of a core and d seconds in which it holds none (a disk). While the network computes, every thread that is ready
// gets r = min(1, cores / (threads + workers)) of a core; while it waits, a worker gets min(1, cores / workers). Where the workers
// keep up, a picture takes max(n / min(threads, cores), (n + l) / cores); where they don't, the time to compute it and the time
// that is missing to make it. n, l and d follow from the measured speed, waiting, and the workers' CPU time and clock time. Where
// the network was measured alone too, n has two parts: what it costs alone, and what it loses to workers beside it (threads that
// wait at the end of an operation for the one whose core a worker held; memory). What is lost goes with the seconds that a worker
// computes. On a GPU the sides share nothing: max(g, (l + d) / workers), g: seconds of the step.
#pragma once

#include <optional>
#include <string>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/results/speed_figures.hpp"

namespace cnnbench {

// What the fused backend needs of the time that OpenCV takes to warp a picture: 0.39 to 0.41 at 32, 64, 128 and 224 pixels, with AVX2
// (tests/bench/warp_bench.cpp: warp_vs_opencv). --check-verdict says how it is elsewhere.
inline constexpr double fused_over_opencv = 0.4;

// SpeedSettings::fused_share of a run with this config whose pictures were warped on `augment_on`.
double fused_share_of(const Experiment&, const std::string& augment_on);

// Gains below this are not worth a word.
inline constexpr double worthwhile_gain = 1.05;

struct Remedy {
  std::string set;  // "loader.cache=decoded", as for --set
  double gain = 1;  // predicted speed over the measured one
};

// The remedy that promises most, if any promises 5 % or more: a cache that fits and keeps more than the one in force; more workers,
// up to the cores (on a GPU: less the one that feeds it); the fused backend where workers warp with OpenCV; on a GPU whose host cannot keep up, a CUDA graph. Nothing that is in
// force already, and nothing that only a measurement can tell (precision, batch size).
std::optional<Remedy> best_remedy(const SpeedFigures&, const SpeedSettings&);

}  // namespace cnnbench
