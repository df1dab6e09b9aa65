// A report as one HTML page: charts as inline SVG with a table under each, light and dark, printable. No script, nothing from
// outside, below 1 MB: of very many results the tables show fewer rows and say so.
#pragma once

#include <string>

#include "cnnbench/report/report.hpp"

namespace cnnbench::report {

inline constexpr std::size_t most_page_bytes = 1'000'000;

struct PageOptions {
  std::string generated{};  // "2026-11-24 10:00 UTC, cnnbench 0.1.0"
};
std::string page_of(const Report&, const PageOptions&);

// For a terminal: no control characters, columns aligned. `only`: figures of that kind.
std::string text_of(const Report&, std::optional<ChartKind> only = {});

}  // namespace cnnbench::report
