#include "cnnbench/core/trace.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace cnnbench {
namespace {

TEST(Trace, KeepsOnlyWhatHappensWhileItRecords) {
  Trace trace;
  trace.add("worker 1", "decode", 0, 1, 0);
  trace.start();
  trace.add("worker 1", "decode", 2000, 5000, 7);
  trace.stop();
  trace.add("worker 1", "decode", 6000, 7000, 8);
  const nlohmann::ordered_json events = trace.chrome_events(1000);
  ASSERT_EQ(events.size(), 3U);  // two names and one span
  EXPECT_EQ(events[0]["args"]["name"], "cnnbench pipeline");
  EXPECT_EQ(events[1]["args"]["name"], "worker 1");
  const auto& span = events[2];
  EXPECT_EQ(span["ph"], "X");
  EXPECT_EQ(span["name"], "decode");
  EXPECT_EQ(span["ts"], 1.0);
  EXPECT_EQ(span["dur"], 3.0);
  EXPECT_EQ(span["args"]["batch"], 7);
  EXPECT_EQ(span["tid"], events[1]["tid"]);
}

TEST(Trace, TakesSpansOfManyThreadsOnALaneEach) {
  Trace trace;
  trace.start();
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&trace, t] {
      for (int i = 0; i < 100; ++i) trace.add("worker " + std::to_string(t), "augment", i, i + 1, 0);
    });
  threads.clear();
  const auto events = trace.chrome_events(0);
  EXPECT_EQ(events.size(), 1U + 4 + 400);
}

}  // namespace
}  // namespace cnnbench
