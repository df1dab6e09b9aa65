// Files that were looked at and found right, in the folder golden/ of a room's tests. CNNBENCH_UPDATE_GOLDEN=1 ctest -R Golden
// writes them anew: look at the difference.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "cnnbench/core/files.hpp"

namespace cnnbench {

inline void expect_golden(const std::string& room, const std::string& name, const std::string& text) {
  const std::filesystem::path file = std::filesystem::path(CNNBENCH_SOURCE_DIR) / "tests" / room / "golden" / name;
  if (std::getenv("CNNBENCH_UPDATE_GOLDEN")) {
    std::filesystem::create_directories(file.parent_path());
    write_atomic(file, text);
  }
  ASSERT_TRUE(std::filesystem::exists(file)) << file << ": CNNBENCH_UPDATE_GOLDEN=1 writes it";
  const std::string expected = read_file(file, 1 << 20);
  std::size_t at = 0;
  while (at < std::min(text.size(), expected.size()) && text[at] == expected[at]) ++at;
  EXPECT_TRUE(text == expected) << name << " differs from byte " << at << " on:\n"
                                << text.substr(at - std::min<std::size_t>(at, 60), 160) << "\ninstead of\n"
                                << expected.substr(at - std::min<std::size_t>(at, 60), 160);
}

}  // namespace cnnbench
