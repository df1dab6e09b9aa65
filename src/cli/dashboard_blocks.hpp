// The blocks that a dashboard is put together from: each a few lines about one thing, for a given width. Not here: which of them a
// screen has room for (dashboard_layout).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cnnbench/cli/dashboard.hpp"
#include "styled_line.hpp"

namespace cnnbench {

class DashboardBlocks {
 public:
  DashboardBlocks(const DashboardState& state, DashboardLook look) : s_(state), look_(look) {}

  Line title() const;
  Line settings(int width) const;
  Line epoch(int width) const;
  Line run(int width) const;
  Line figures(int width) const;
  Line short_speed(int width) const;
  Lines speed(int width, int rows) const;   // a title and `rows`
  Line short_time(int width) const;         // the largest shares
  Lines time(int width) const;              // a bar for each, and the loader's workers
  Lines machine(int width) const;           // CPU and GPU
  Lines epochs(int width, int rows) const;  // a table of the last ones and the best; its head is one of the rows
  Lines curves(int width) const;            // loss and accuracy over the epochs
  Lines warnings(std::size_t most) const;

 private:
  struct Part {
    const char* label;
    double share;  // of the time so far
  };
  std::vector<Part> parts() const;
  double seconds_so_far() const { return s_.finished.wall + s_.epoch_seconds; }
  double share_of_epoch() const;
  std::string epoch_label() const;
  std::string meter(double share, int cells) const;
  Line machine_line(const char* label, const std::vector<double>& samples, std::optional<double> now, const std::string& words,
                    int spark_cells, int width) const;
  Line curve(const char* label, std::optional<double> (*figure)(const EpochRow&), int width) const;

  const DashboardState& s_;
  DashboardLook look_;
};

}  // namespace cnnbench
