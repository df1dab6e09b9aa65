#include "cnnbench/core/read_json.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cnnbench {
namespace {

std::string nested(std::size_t levels, const char* open, const char* close) {
  std::string text;
  for (std::size_t i = 0; i < levels; ++i) text += open;
  text += "1";
  for (std::size_t i = 0; i < levels; ++i) text += close;
  return text;
}

TEST(ReadJson, RefusesWhatWouldEndTheStack) {
  EXPECT_EQ(read_json(nested(64, "[", "]")).dump(), nested(64, "[", "]"));
  EXPECT_TRUE(read_json(nested(65, "[", "]")).is_discarded());
  EXPECT_TRUE(read_json(nested(5'000'000, "[", "]")).is_discarded());
  EXPECT_TRUE(read_json(nested(100'000, "{\"a\":", "}")).is_discarded());
  EXPECT_TRUE(read_json(std::string(100'000, '[')).is_discarded());
}

TEST(ReadJson, CountsNoBracketsInTexts) {
  const std::string brackets = "\"" + std::string(100, '[') + "\\\"" + std::string(100, '{') + "\\\\\"";
  EXPECT_FALSE(read_json("[" + brackets + "," + brackets + "]").is_discarded());
  EXPECT_FALSE(read_json("[" + nested(40, "[", "]") + "," + nested(40, "[", "]") + "]").is_discarded())
      << "beside each other is not deep";
}

TEST(ReadJson, DiscardsWhatIsNone) {
  for (const char* text : {"", "{", "[1,]", "nul", "\"", "\"\\"}) EXPECT_TRUE(read_json(text).is_discarded()) << text;
}

}  // namespace
}  // namespace cnnbench
