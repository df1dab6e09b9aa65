// The learning rate that a config asks for at a point of training.
#pragma once

#include "cnnbench/config/experiment.hpp"

namespace cnnbench {

// `epoch` counts from 0 and may be fractional, for the cosine.
double scheduled_rate(const TrainConfig&, double epoch);

}  // namespace cnnbench
