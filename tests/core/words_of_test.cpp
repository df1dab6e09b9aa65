#include "cnnbench/core/words_of.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>

namespace cnnbench {
namespace {

TEST(WordsOf, AFileAreThePathAndTheCause) {
  try {
    std::filesystem::create_directories("/proc/version/below");
    FAIL();
  } catch (const std::exception& e) {
    EXPECT_EQ(words_of(e).substr(0, 18), "cannot use /proc/v") << words_of(e);
    EXPECT_EQ(words_of(e).find("filesystem error"), std::string::npos);
  }
}

TEST(WordsOf, AnythingElseAreItsOwn) { EXPECT_EQ(words_of(std::runtime_error("it broke")), "it broke"); }

}  // namespace
}  // namespace cnnbench
