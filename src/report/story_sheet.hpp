// A sheet of pictures made small enough for a page: a JPEG as wide as its text, of limited bytes.
#pragma once

#include "cnnbench/report/story.hpp"

namespace cnnbench::report {

inline constexpr std::size_t most_sheet_bytes = 200'000;  // as base64 a third more

// Without pixels where the file is not there.
ShownSheet shown(const Sheet&);

std::string base64(const std::vector<std::uint8_t>&);  // RFC 4648, with padding

}  // namespace cnnbench::report
