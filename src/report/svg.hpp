// A drawing as an <svg> element; colours are classes, whose rules stand in the page or the document.
#pragma once

#include <string>

#include "cnnbench/report/drawing.hpp"

namespace cnnbench::report {

struct SvgOptions {
  bool tips = true;           // tooltips, and the whole of texts that were cut
  bool document = false;      // with namespace, size, colours and patterns of its own
  std::string class_names{};  // of the element
};
std::string svg_of(const Drawing&, const SvgOptions&);

std::string ink_variables(bool dark);  // "--text:#16191d;..."
std::string chart_rules();             // CSS of a chart's classes, in terms of these variables
std::string pattern_definitions();     // <defs>, once per page

}  // namespace cnnbench::report
