// What is odd about the repetitions of a row: one far from the others, or a machine whose speed changed between them. Pure; nothing is
// left out for it, for medians and rank intervals bear it, but a reader must know.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace cnnbench {

// `samples` in the order in which they were measured. An outlier is farther from the median than three scaled median absolute deviations
// (Hampel 1974; Leys et al. 2013) and than a tenth of the median, among four or more; of two or three it is only said how far they lie apart, where that is more than a tenth. A change of the machine's speed is one that
// measure/change_point.hpp finds among ten or more.
std::vector<std::string> sample_notes(std::span<const double> samples);

}  // namespace cnnbench
