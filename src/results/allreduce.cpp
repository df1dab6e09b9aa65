#include "cnnbench/results/allreduce.hpp"

#include <algorithm>
#include <cmath>

namespace cnnbench {
namespace {

// Shares of N ranks in an allreduce's halves, sum and distribution together.
double both_ways(int ranks) { return 2.0 * (ranks - 1) / ranks; }

double ring(double bytes, int ranks, const Link& link) {
  return both_ways(ranks) * (ranks * link.latency + bytes / link.bandwidth);
}

double tree(double bytes, int ranks, const Link& link) {
  const double levels = std::ceil(std::log2(ranks));
  return 2 * levels * link.latency + std::min(2.0, ranks / 2.0) * bytes / link.bandwidth;
}

// Of two levels: how ranks lie on nodes, as evenly as can be.
struct Layout {
  int nodes = 1, each = 1;
};

Layout layout_of(int ranks, int ranks_per_node) {
  const int nodes = (ranks + ranks_per_node - 1) / ranks_per_node;
  return {nodes, (ranks + nodes - 1) / nodes};
}

double ring_of_all(double bytes, int ranks, int nodes, const Interconnect& net) {
  const double chunk = bytes / ranks, crossing = nodes, staying = ranks - nodes;
  const double round = crossing * (net.between.latency + chunk / net.between.bandwidth) +
                       staying * (net.within.latency + chunk / net.within.bandwidth);
  return both_ways(ranks) * std::max(round, bytes / std::min(net.between.bandwidth, net.within.bandwidth));
}

// The same piece of every node's ranks goes between them at once, so the node's bandwidth carries all of it once.
double over_nodes(double bytes, const Layout& at, const Interconnect& net, bool as_tree) {
  return ring(bytes, at.each, net.within) + (as_tree ? tree : ring)(bytes, at.nodes, net.between);
}

}  // namespace

Allreduce allreduce(double bytes, int ranks, const Interconnect& net, std::optional<Algorithm> asked) {
  if (ranks < 2) return {asked.value_or(Algorithm::ring), 0};
  const Layout at = layout_of(ranks, std::max(net.ranks_per_node, 1));
  const bool two_levels = at.nodes > 1 && at.each > 1;
  const Link& only = at.nodes > 1 ? net.between : net.within;
  const auto seconds = [&](Algorithm a) {
    if (!two_levels) return a == Algorithm::tree ? tree(bytes, ranks, only) : ring(bytes, ranks, only);
    return a == Algorithm::ring ? ring_of_all(bytes, ranks, at.nodes, net) : over_nodes(bytes, at, net, a == Algorithm::tree);
  };
  if (asked) return {*asked, seconds(*asked)};
  Allreduce best{Algorithm::ring, seconds(Algorithm::ring)};
  for (const Algorithm a : {Algorithm::hierarchical, Algorithm::tree})
    if (const double s = seconds(a); s < best.seconds) best = {a, s};
  return best;
}

std::optional<Link> link_of_ring(int ranks, double one_number, double all, double bytes, int pieces) {
  const double moving = all - pieces * one_number;
  if (ranks < 2 || !(one_number >= 0) || !(moving > 0) || !(bytes > 0)) return std::nullopt;
  return Link{.latency = one_number / (2 * (ranks - 1)), .bandwidth = both_ways(ranks) * bytes / moving};
}

}  // namespace cnnbench
