// How long ranks take to sum a piece of gradients, each ending with the sum. Pure. Seconds, bytes, bytes per second, one direction.
//
// A message of n bytes takes latency + n / bandwidth (Hockney 1994); what a rank adds up is in the bandwidth. N ranks, S bytes:
//   ring          2 (N - 1) latencies, 2 (N - 1) / N S of bandwidth (Patarasuk and Yuan 2009; no allreduce moves less)
//   tree          2 ceil(log2 N) latencies, 2 S of bandwidth; S and 1.5 S for two and three ranks: two trees at once, each rank
//   inside one
//                 and a leaf of the other, in chunks (Sanders, Speck and Traeff 2009; NCCL's double binary trees)
//   hierarchical  M nodes of R ranks: a ring within each node leaves each rank a sum of S / R (reduce-scatter), a ring of nodes
//   sums
//                 that over the nodes, a ring within the node hands the results round (allgather)
// Over nodes of several ranks a tree is one of nodes, between the same two rings within. A ring of all ranks has M links between
// nodes and N - M within: a chunk's way round it, or N chunks over the slowest link, whichever takes longer, 2 (N - 1) / N times.
// The rings of a node's ranks share its link; that one's latency may pass beside another's bytes is left out.
// Thakur, Rabenseifner and Gropp (2005) compare these, and what MPI libraries take for sizes between.
#pragma once

#include <array>
#include <optional>

#include "cnnbench/core/fields.hpp"

namespace cnnbench {

struct Link {
  double latency = 0;    // of one message
  double bandwidth = 0;  // above 0
};

struct Interconnect {
  Link between{};          // nodes; the bandwidth is a node's, of all its ranks together
  Link within{};           // a node; the bandwidth is a rank's. Unused where a node is one rank
  int ranks_per_node = 1;  // the last node may have fewer
};

enum class Algorithm { ring, tree, hierarchical };

template <>
struct EnumNames<Algorithm> {
  static constexpr std::array values{std::pair{Algorithm::ring, std::string_view{"ring"}},
                                     std::pair{Algorithm::tree, std::string_view{"tree"}},
                                     std::pair{Algorithm::hierarchical, std::string_view{"hierarchical"}}};
};

struct Allreduce {
  Algorithm algorithm = Algorithm::ring;
  double seconds = 0;
};

// `asked`: none: the fastest of them. On one node, or with one rank a node, hierarchical is a ring.
Allreduce allreduce(double bytes, int ranks, const Interconnect&, std::optional<Algorithm> asked = {});

// The link over which a ring of `ranks` takes `one_number` seconds for one number, and `all` seconds for `pieces` pieces of `bytes`
// together, one after another. nullopt: the latencies alone account for it, the bandwidth cannot be told.
std::optional<Link> link_of_ring(int ranks, double one_number, double all, double bytes, int pieces);

}  // namespace cnnbench
