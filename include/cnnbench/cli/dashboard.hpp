// What `train --dashboard` knows of a run, and how that looks on a screen of any size: both pure. Shares of time are of the epochs
// so far and the one at hand, by the trainer's clock: setup is outside. Not here: the terminal (full_screen).
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "cnnbench/cli/full_screen.hpp"
#include "cnnbench/cli/sparkline.hpp"
#include "cnnbench/train/api.hpp"

namespace cnnbench {

struct DashboardState {
  std::string name, network;  // of the run; "catdog_improved", or what a config calls its own layers
  int batch_size = 0;

  Started started;
  EpochStarted epoch;
  std::optional<Stepped> step;           // of this epoch, or the last one
  std::optional<Validating> validating;  // while it does
  Phases finished;                       // of the epochs that are done
  double epoch_seconds = 0;              // of the one at hand, as of its last event
  Stages stages;                         // of the run so far
  std::deque<EpochRow> epochs;           // the last ones
  std::optional<EpochRow> best;
  std::vector<double> speeds, cpu, gpu;  // about 4 a second, the last ones
  std::deque<std::string> warnings;      // the last ones
  bool stopping = false;                 // a signal came

  void take(const Event&);
};

struct DashboardLook {
  Script script = Script::unicode;
  bool coloured = true;
};
// By NO_COLOR, --no-color, and the locale's encoding (LC_ALL, LC_CTYPE, LANG).
DashboardLook dashboard_look();

// From the top of the screen, each narrower than it. Where not even the least fits: the live line.
std::vector<std::string> dashboard_lines(const DashboardState&, ScreenSize, DashboardLook);

}  // namespace cnnbench
