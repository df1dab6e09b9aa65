// A projection over numbers of ranks (cnnbench project) as a picture: what a step's time is spent on, and what is assumed.
#pragma once

#include "cnnbench/report/chart.hpp"
#include "cnnbench/report/drawing.hpp"
#include "cnnbench/results/projection.hpp"

namespace cnnbench::report {

StackChart projection_chart(const Projection&);
Drawing projection_drawing(const Projection&);

}  // namespace cnnbench::report
