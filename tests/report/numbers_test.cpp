#include "cnnbench/report/numbers.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace cnnbench::report {
namespace {

TEST(Numbers, HaveAboutFourDigits) {
  EXPECT_EQ(figure(2291.4), "2,291");
  EXPECT_EQ(figure(1234567), "1,234,567");
  EXPECT_EQ(figure(-1234.5), "-1,234");
  EXPECT_EQ(figure(100), "100.0");
  EXPECT_EQ(figure(47.314), "47.31");
  EXPECT_EQ(figure(0.51234), "0.5123");
  EXPECT_EQ(figure(0.00001234), "1.23e-05");
}

TEST(Numbers, WhatIsUnknownIsNeverZero) {
  EXPECT_EQ(figure(std::nullopt), "–");
  EXPECT_EQ(figure(std::nan("")), "–");
  EXPECT_EQ(fixed(std::numeric_limits<double>::infinity(), 2), "–");
  EXPECT_EQ(interval_text(std::nullopt), "–");
  EXPECT_EQ(figure(0), "0");
}

}  // namespace
}  // namespace cnnbench::report
