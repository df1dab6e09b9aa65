// One function per kind of figure; each gives none where the results have nothing to show. And what they share.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "catalogue.hpp"
#include "cnnbench/report/numbers.hpp"
#include "cnnbench/report/report.hpp"

namespace cnnbench::report {

// So many are drawn; what is more is counted and said.
inline constexpr std::size_t most_groups = 24, most_bars = 120, most_maps = 8, most_runs = 8, most_table_rows = 300,
                             most_points = 120;

std::vector<Figure> speed_figures(const Catalogue&);
std::vector<Figure> ratio_figures(const Catalogue&);
std::vector<Figure> heat_figures(const Catalogue&);
std::vector<Figure> stage_figures(const Catalogue&, const std::vector<NamedRun>&);
std::vector<Figure> telemetry_figures(const Catalogue&, const std::vector<NamedRun>&);
std::vector<Figure> curve_figures(const Catalogue&, const std::vector<NamedRun>&);
std::vector<Figure> ladder_figures(const Catalogue&, const std::vector<NamedRun>&);
std::vector<Figure> energy_figures(const Catalogue&);

std::vector<Headline> headlines(const Catalogue&);
Table cell_table(const Catalogue&, const std::vector<Row>&);
Table place_table(const Catalogue&, const std::vector<NamedRun>&);

// Numbers the taints of a figure: "[1][2]".
class Notes {
 public:
  std::string marks(const std::vector<std::string>& taints);
  std::vector<std::string> all() const { return all_; }

 private:
  std::vector<std::string> all_;
};

Bar bar_of(const Row&, Notes&);                                  // its speed
std::string interval_cell(const Row&);                           // "2,250 to 2,330", or that one repetition has none
std::string joined(const std::string& a, const std::string& b);  // with a space, where both are there
std::string place_of(const Catalogue&, const NamedRun&);         // "E1", "–"
// Whether it has the highest rank of all cells of its work and series: of a grid one cell is enough for a picture.
bool leads(const Catalogue&, const Placed&, const std::function<std::optional<double>(const Row&)>& rank);
void limit_rows(Table&, std::size_t most = most_table_rows);

// Names that can be told apart: of two runs that have the same one the second is "NAME (2)".
std::vector<std::string> run_labels(const std::vector<NamedRun>&);

}  // namespace cnnbench::report
