// Words for a claim: what was measured, what differs from the circumstances that the story told. Computed, never written down.
#pragma once

#include <string>
#include <vector>

#include "story_evidence.hpp"

namespace cnnbench::report {

// The claim's figure from what was found; `to` is used where the kind has two sides. Nothing where one has no value.
std::optional<Measured> measured_of(const Claim&, const Evidence& of, const Evidence& to);

// "1.42 times (95 % interval 1.35 to 1.5): 851 against 600 images/s"
std::string here_of(const Claim&, const Measured&, const Evidence& of, const Evidence& to);

// "4 workers, batch 64, cache none against 1 worker, batch 32, cache none"
std::string settings_of(const Claim&, const Evidence& of, const Evidence& to);

// Every claimed circumstance that is another one here, and what makes the figure itself doubtful.
std::vector<std::string> reasons_of(const Claim&, const Evidence& of, const Evidence& to);

}  // namespace cnnbench::report
