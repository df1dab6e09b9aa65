// What a config asks of the optimizer at a point of training. Pure.
#pragma once

#include "cnnbench/config/experiment.hpp"

namespace cnnbench {

// Batches whose gradients one update of the weights adds up, and their pictures.
int batches_per_update(const Experiment&);
int pictures_per_update(const Experiment&);

// `epoch` counts from 0 and may be fractional. Linear scaling with the pictures of an update and a warm-up that rises evenly to the
// scaled rate: Goyal et al. 2017, "Accurate, Large Minibatch SGD", 2.1 and 2.2; the schedule goes on beneath it.
double scheduled_rate(const Experiment&, double epoch);

}  // namespace cnnbench
