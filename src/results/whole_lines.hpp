// A file of lines that may have been cut off.
#pragma once

#include <filesystem>
#include <string>

#include "cnnbench/core/files.hpp"

namespace cnnbench {

// What a kill cut off is left out.
inline std::string whole_lines(const std::filesystem::path& file) {
  constexpr std::uint64_t largest = 1ULL << 30;
  std::string text = read_file(file, largest);
  const std::size_t end = text.rfind('\n');
  text.resize(end == std::string::npos ? 0 : end + 1);
  return text;
}

}  // namespace cnnbench
