// The page's CSS, but for the charts' own (svg.hpp).
#pragma once

#include <string>

namespace cnnbench::report {

std::string page_rules();

}  // namespace cnnbench::report
