#include "cnnbench/results/allreduce.hpp"

#include <gtest/gtest.h>

namespace cnnbench {
namespace {

// 10 us and 1 GB/s between nodes, 1 us and 10 GB/s within; a megabyte takes 1 ms and 0.1 ms.
Interconnect nodes_of(int ranks) { return {.between = {10e-6, 1e9}, .within = {1e-6, 10e9}, .ranks_per_node = ranks}; }

double seconds(double bytes, int ranks, const Interconnect& net, Algorithm a) { return allreduce(bytes, ranks, net, a).seconds; }

TEST(Allreduce, ARingOfFourHasSixLatenciesAndOneAndAHalfTimesTheBytes) {
  EXPECT_NEAR(seconds(1e6, 4, nodes_of(1), Algorithm::ring), 6 * 10e-6 + 1.5e-3, 1e-12);
}

TEST(Allreduce, ATreeOfEightHasSixLatenciesAndTwiceTheBytes) {
  EXPECT_NEAR(seconds(1e6, 8, nodes_of(1), Algorithm::tree), 6 * 10e-6 + 2e-3, 1e-12);
  EXPECT_NEAR(seconds(1e6, 9, nodes_of(1), Algorithm::tree), 8 * 10e-6 + 2e-3, 1e-12);  // one more level
  EXPECT_NEAR(seconds(1e6, 2, nodes_of(1), Algorithm::tree), 2 * 10e-6 + 1e-3, 1e-12);
  EXPECT_NEAR(seconds(1e6, 3, nodes_of(1), Algorithm::tree), 4 * 10e-6 + 1.5e-3, 1e-12);
}

TEST(Allreduce, WithinOneNodeTheLinksOfTheNodeCount) {
  EXPECT_NEAR(seconds(1e6, 4, nodes_of(8), Algorithm::ring), 6 * 1e-6 + 0.15e-3, 1e-12);
  EXPECT_NEAR(seconds(1e6, 4, nodes_of(8), Algorithm::hierarchical), 6 * 1e-6 + 0.15e-3, 1e-12);
}

TEST(Allreduce, OverNodesARingWithinAndARingOfNodes) {
  // Two nodes of four: 6 and 2 latencies, 1.5 and 1 times the bytes.
  EXPECT_NEAR(seconds(1e6, 8, nodes_of(4), Algorithm::hierarchical), 6e-6 + 0.15e-3 + 20e-6 + 1e-3, 1e-12);
  // Four nodes: 4 latencies up and down the tree, 2 times the bytes.
  EXPECT_NEAR(seconds(1e6, 16, nodes_of(4), Algorithm::tree), 6e-6 + 0.15e-3 + 40e-6 + 2e-3, 1e-12);
}

TEST(Allreduce, ARingOfAllIsAsFastAsItsSlowestLinkOrItsRound) {
  // 14 hops of 1/8 megabyte over the node's link are more than 14 times two slow and six fast hops in eight.
  EXPECT_NEAR(seconds(1e6, 8, nodes_of(4), Algorithm::ring), 14 * 0.125e-3, 1e-12);
  // Of 8 bytes only the way counts: 14 hops, of which a quarter are between nodes.
  EXPECT_NEAR(seconds(8e-6, 8, nodes_of(4), Algorithm::ring), 14 * (0.25 * 10e-6 + 0.75 * 1e-6), 1e-10);
}

TEST(Allreduce, ANodeThatIsNotFullCountsAsANode) {
  EXPECT_EQ(seconds(1e6, 6, nodes_of(4), Algorithm::hierarchical), seconds(1e6, 6, nodes_of(3), Algorithm::hierarchical));
}

TEST(Allreduce, TakesTheFastest) {
  EXPECT_EQ(allreduce(100, 64, nodes_of(1)).algorithm, Algorithm::tree);
  EXPECT_EQ(allreduce(100e6, 64, nodes_of(1)).algorithm, Algorithm::ring);
  EXPECT_EQ(allreduce(1e6, 16, nodes_of(8)).algorithm, Algorithm::hierarchical);
  for (const double bytes : {100.0, 1e6, 100e6})
    for (const Algorithm a : {Algorithm::ring, Algorithm::tree, Algorithm::hierarchical})
      EXPECT_LE(allreduce(bytes, 64, nodes_of(8)).seconds, seconds(bytes, 64, nodes_of(8), a));
}

TEST(Allreduce, OfOneRankIsNothing) { EXPECT_EQ(allreduce(1e6, 1, nodes_of(1)).seconds, 0); }

TEST(Allreduce, ALinkIsFoundAgainFromWhatARingTookOverIt) {
  const Interconnect net = nodes_of(1);
  const double one = seconds(0, 4, net, Algorithm::ring);
  const double all = seconds(2e6, 4, net, Algorithm::ring) + seconds(1e6, 4, net, Algorithm::ring);
  const auto link = link_of_ring(4, one, all, 3e6, 2);
  ASSERT_TRUE(link);
  EXPECT_NEAR(link->latency, 10e-6, 1e-12);
  EXPECT_NEAR(link->bandwidth, 1e9, 1);
  EXPECT_FALSE(link_of_ring(4, one, 2 * one, 3e6, 2));  // nothing is left for the bytes
  EXPECT_FALSE(link_of_ring(1, 0, 1, 3e6, 2));
}

}  // namespace
}  // namespace cnnbench
