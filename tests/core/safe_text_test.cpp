#include "cnnbench/core/safe_text.hpp"

#include <gtest/gtest.h>

#include "cnnbench/core/random.hpp"

namespace cnnbench {
namespace {

const std::string bad = "\xEF\xBF\xBD";  // U+FFFD

TEST(SafeText, LeavesWordsAlone) {
  EXPECT_EQ(safe_text("AMD EPYC, 2 cores – 日本語 😀"), "AMD EPYC, 2 cores – 日本語 😀");
  EXPECT_EQ(safe_text(""), "");
}

TEST(SafeText, ControlCharactersBecomeSpaces) {
  EXPECT_EQ(safe_text("a\x1b[31mb\nc\td\x7f"), "a [31mb c d ");
  EXPECT_EQ(safe_text(std::string("a\0b", 3)), "a b");
  EXPECT_EQ(safe_text("\xC2\x9B"
                      "31m"),
            " 31m");  // a C1 control: CSI in one character
  EXPECT_EQ(safe_text("a\xE2\x80\xAE"
                      "b"),
            "a b");  // writes the rest from right to left
  EXPECT_EQ(safe_text("a\xE2\x80\xA8"
                      "b"),
            "a b");  // a line end of Unicode
}

TEST(SafeText, WhatIsNoUtf8IsReplaced) {
  EXPECT_EQ(safe_text("a\xFF"), "a" + bad);
  EXPECT_EQ(safe_text("\xC0\xAF"), bad + bad);            // '/' in a form that is too long
  EXPECT_EQ(safe_text("\xED\xA0\x80"), bad + bad + bad);  // half of a pair
  EXPECT_EQ(safe_text("\xF4\x90\x80\x80"), bad + bad + bad + bad);
  EXPECT_EQ(safe_text("\xE2\x82"), bad + bad);  // cut off
  EXPECT_EQ(safe_text("\xEF\xBF\xBE"), bad);    // no character in XML
}

TEST(SafeText, IsCutByCharactersNotBytes) {
  EXPECT_EQ(safe_text("äöüß", 3), "äöü…");
  EXPECT_EQ(safe_text("äöü", 3), "äöü");
  EXPECT_EQ(length_of(safe_text(std::string(100'000, 'x'))), most_characters + 1);
}

TEST(MarkupText, NothingOpensATagOrClosesAnAttribute) {
  EXPECT_EQ(markup_text("<b a=\"1\" c='2'>&amp;"), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;");
}

TEST(MarkupText, AnyBytesComeOutHarmless) {
  RandomStream random{7};
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (int k = 0; k < 40; ++k) text += static_cast<char>(random.next() & 0xFFU);
    const std::string out = markup_text(text);
    EXPECT_EQ(out.find_first_of("<>\"'"), std::string::npos);
    EXPECT_EQ(safe_text(out), out);  // valid, and without control characters
  }
}

}  // namespace
}  // namespace cnnbench
