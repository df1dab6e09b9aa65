#include "cnnbench/results/taint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cnnbench {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// As it is written: 12 for every number, "this and that" for every word.
std::string filled(std::string_view format) {
  std::string out;
  for (std::size_t at = 0; at < format.size(); ++at) {
    if (format[at] != '{') {
      out += format[at];
      continue;
    }
    out += format[at + 1] == '}' ? "this and that" : "12";
    at = format.find('}', at);
  }
  return out;
}

TEST(Taint, EveryTextIsKnownAgain) {
  for (const TaintText& t : taint_texts) {
    const ReadTaint read = read_taint(filled(t.text));
    EXPECT_EQ(read.kind, t.kind) << t.text;
    EXPECT_FALSE(t.text.starts_with("{}")) << t.text << " would be found in any words";
  }
}

TEST(Taint, ItsNumbersAreRead) {
  const std::string text = taint<Taint::cpu_quota>(3.21, 20.0);
  EXPECT_EQ(text, "the CPU quota held threads back for 3.2 s of 20.0 s");
  EXPECT_THAT(read_taint(text).numbers, ElementsAre(3.2, 20));
  EXPECT_THAT(read_taint(taint<Taint::little_counted>(0.00001)).numbers, ElementsAre(1e-05));
  EXPECT_THAT(read_taint(taint<Taint::resumed>(3, 17, ", and 2 more times")).numbers, ElementsAre(3, 17));
}

TEST(Taint, WhatSomeRepetitionsHadIsTheSame) {
  const std::string text = taint<Taint::busy>(7.0), of_some = taint_of_some(text, 2, 5);
  EXPECT_EQ(of_some, "the machine was busy: other processes used 7 % of the cores (in 2 of 5 repetitions)");
  EXPECT_EQ(read_taint(of_some).kind, Taint::busy);
  EXPECT_EQ(read_taint(of_some).text, text);
  EXPECT_EQ(read_taint(of_some).says, read_taint(taint<Taint::busy>(23.0)).says);
}

TEST(Taint, OnlyAWholeTextIsKnown) {
  for (const std::string text :
       {"", "paused", "paused for a while", "debug build of yesterday", "12 bad pictures skipped, and more",
        "many bad pictures skipped", "the machine was busy: other processes used some % of the cores",
        "data/12 is not there: using drawn ones (24 + 8, not photographs)"}) {
    EXPECT_EQ(read_taint(text).kind, std::nullopt) << text;
    EXPECT_THAT(read_taint(text).numbers, IsEmpty());
  }
}

TEST(Taint, TwoFilesThatWereChangedAreTwoTaints) {
  EXPECT_NE(read_taint(taint<Taint::changed>("runs/1/result.json", "wrong")).says,
            read_taint(taint<Taint::changed>("runs/2/result.json", "wrong")).says);
}

TEST(Taint, WordsBesideFiguresTellTwoApart) {
  EXPECT_NE(read_taint(taint<Taint::gpu_held_back>(12.0, "sw_power_cap")).says,
            read_taint(taint<Taint::gpu_held_back>(12.0, "hw_thermal_slowdown")).says);
  EXPECT_EQ(read_taint(taint<Taint::gpu_held_back>(12.0, "sw_power_cap")).says,
            read_taint(taint<Taint::gpu_held_back>(40.0, "sw_power_cap")).says);
}

}  // namespace
}  // namespace cnnbench
