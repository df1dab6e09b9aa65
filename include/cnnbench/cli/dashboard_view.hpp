// `train --dashboard`: a run's events on a full screen, from the first one on until this goes.
#pragma once

#include "cnnbench/cli/dashboard.hpp"
#include "cnnbench/config/experiment.hpp"

namespace cnnbench {

class DashboardView {
 public:
  explicit DashboardView(const Experiment&);
  void operator()(const Event&);

 private:
  DashboardState state_;
  DashboardLook look_;
  FullScreen screen_;
};

}  // namespace cnnbench
