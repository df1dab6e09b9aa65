#include "cnnbench/cli/quantities.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

using ::testing::HasSubstr;

std::string refusal(const std::function<double()>& read) {
  try {
    const double value = read();
    return "it is " + std::to_string(value);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::usage);
    return std::string(e.what()) + "; " + e.remedy();
  }
}

TEST(Quantities, BitsAreAnEighthOfBytes) {
  EXPECT_DOUBLE_EQ(bytes_per_second("25GB/s", "--bandwidth"), 25e9);
  EXPECT_DOUBLE_EQ(bytes_per_second("200Gbit/s", "--bandwidth"), 25e9);
  EXPECT_DOUBLE_EQ(bytes_per_second("1.25 GB/s", "--bandwidth"), 1.25e9);
  EXPECT_DOUBLE_EQ(bytes_per_second("10 Gbit/s", "--bandwidth"), 1.25e9);
  EXPECT_DOUBLE_EQ(bytes_per_second("1GiB/s", "--bandwidth"), 1073741824.0);
  EXPECT_DOUBLE_EQ(bytes_per_second("800kbit/s", "--bandwidth"), 1e5);
  EXPECT_DOUBLE_EQ(bytes_per_second("1TB/s", "--bandwidth"), 1e12);
  EXPECT_DOUBLE_EQ(bytes_per_second("12.5B/s", "--bandwidth"), 12.5);
}

TEST(Quantities, ALetterThatMayMeanBothIsRefused) {
  for (const char* text : {"25Gb/s", "25Gbps", "25GBps"})
    EXPECT_THAT(refusal([&] { return bytes_per_second(text, "--bandwidth"); }),
                HasSubstr("is no clear bandwidth: bits or bytes?; with its unit: 25GB/s (bytes), 200Gbit/s (bits)"))
        << text;
}

TEST(Quantities, WhatIsNoBandwidthIsRefused) {
  for (const char* text : {"", "25", "GB/s", "0GB/s", "-1GB/s", "25GB", "25gB/s", "nan GB/s", "infGB/s", "1e999GB/s", "25GB/s "})
    EXPECT_THAT(refusal([&] { return bytes_per_second(text, "--bandwidth"); }),
                HasSubstr("--bandwidth: '" + std::string(text) + "' is no "))
        << text;
}

TEST(Quantities, TimesHaveUnits) {
  EXPECT_DOUBLE_EQ(duration_seconds("5us", "--latency"), 5e-6);
  EXPECT_DOUBLE_EQ(duration_seconds("5 µs", "--latency"), 5e-6);
  EXPECT_DOUBLE_EQ(duration_seconds("200ns", "--latency"), 2e-7);
  EXPECT_DOUBLE_EQ(duration_seconds("0.1ms", "--latency"), 1e-4);
  EXPECT_DOUBLE_EQ(duration_seconds("0s", "--latency"), 0);
  for (const char* text : {"", "5", "us", "-5us", "5 minutes", "nans"})
    EXPECT_THAT(refusal([&] { return duration_seconds(text, "--latency"); }), HasSubstr("is no time; with its unit")) << text;
}

TEST(Quantities, SharesArePerCentOrParts) {
  EXPECT_DOUBLE_EQ(typed_share("3%", "--within"), 0.03);
  EXPECT_DOUBLE_EQ(typed_share("0.03", "--within"), 0.03);
  EXPECT_DOUBLE_EQ(typed_share("0", "--within"), 0);
  for (const char* text : {"", "3", "100%", "-1%", "3 %%", "nan", "few"})
    EXPECT_THAT(refusal([&] { return typed_share(text, "--within"); }), HasSubstr("is no share; give it as 3% or 0.03")) << text;
}

}  // namespace
}  // namespace cnnbench
