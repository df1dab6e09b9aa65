// Figures as people read them. What is unknown, or no number, is "–".
#pragma once

#include <optional>
#include <string>

#include "cnnbench/measure/statistics.hpp"

namespace cnnbench::report {

inline constexpr const char* missing = "–";

std::optional<double> known(std::optional<double> value);  // nullopt for what is not finite too

std::string figure(std::optional<double> value);  // about four digits: 2,291 and 47.31 and 0.5123
std::string fixed(std::optional<double> value, int decimals);
std::string interval_text(const std::optional<Interval>&);  // "2,250 to 2,330"

}  // namespace cnnbench::report
