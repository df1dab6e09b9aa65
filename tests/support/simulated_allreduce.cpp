#include "support/simulated_allreduce.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <utility>

namespace cnnbench::simulation {
namespace {

// Each sends a piece to the next, `rounds` times: the next one when it has got the one before.
class Ring : public Together {
 public:
  Ring(Network& net, std::vector<int> ranks, double piece, int rounds)
      : net_(net), ranks_(std::move(ranks)), piece_(piece), rounds_(rounds), state_(ranks_.size()) {}

  void enter(int rank) override {
    const auto at = static_cast<std::size_t>(std::find(ranks_.begin(), ranks_.end(), rank) - ranks_.begin());
    state_[at].inside = true;
    advance(at);
  }

 private:
  struct State {
    bool inside = false, told = false;
    int sent = 0, got = 0;
  };
  void advance(std::size_t at) {
    State& s = state_[at];
    if (!s.inside) return;
    const std::size_t next = (at + 1) % ranks_.size();
    for (; s.sent < rounds_ && s.sent <= s.got; ++s.sent)
      net_.send(ranks_[at], ranks_[next], piece_, [this, next] {
        ++state_[next].got;
        advance(next);
      });
    if (s.told || s.got < rounds_ || s.sent < rounds_) return;
    s.told = true;
    done(ranks_[at]);
  }
  Network& net_;
  std::vector<int> ranks_;
  double piece_;
  int rounds_;
  std::vector<State> state_;
};

// Two binary trees over the same ranks, half of the bytes each, in chunks: sums go up, the root's go down. Whoever is inside the
// one is a leaf of the other. Ranks are numbered from 1; the parent of a node of height h is the nearest multiple of 2^(h + 1) that
// exists.
class TwoTrees : public Together {
 public:
  TwoTrees(Clock& clock, Network& net, std::vector<int> ranks, double bytes, int chunks)
      : clock_(clock),
        net_(net),
        ranks_(std::move(ranks)),
        chunks_(chunks),
        piece_(bytes / 2 / chunks),
        left_(ranks_.size(), 2 * chunks) {
    const int n = static_cast<int>(ranks_.size());
    for (int t = 0; t < 2; ++t) {
      Tree& tree = trees_[t];
      tree.parent.assign(ranks_.size(), -1);
      tree.children.resize(ranks_.size());
      tree.missing.assign(ranks_.size(), std::vector<int>(static_cast<std::size_t>(chunks_), 1));  // its own
      for (int i = 0; i < n; ++i) {
        const int parent = parent_of(i, n);
        if (parent < 0) continue;
        const auto child = place(t, i, n), above = place(t, parent, n);
        tree.parent[child] = static_cast<int>(above);
        tree.children[above].push_back(child);
        for (int& m : tree.missing[above]) ++m;
      }
    }
  }

  void enter(int rank) override {
    const auto at = static_cast<std::size_t>(std::find(ranks_.begin(), ranks_.end(), rank) - ranks_.begin());
    for (int c = 0; c < chunks_; ++c)
      for (int t = 0; t < 2; ++t) have(t, at, c);
  }

 private:
  struct Tree {
    std::vector<int> parent;
    std::vector<std::vector<std::size_t>> children;
    std::vector<std::vector<int>> missing;  // parts of a chunk's sum, by rank and chunk
  };
  // In the order of the tree, 0 the root: a binary tree of all others below its only child, halved again and again.
  static int parent_of(int i, int n) {
    if (i == 0) return -1;
    int bit = 1;
    while ((i & bit) == 0) bit <<= 1;
    const int up = (i ^ bit) | (bit << 1);
    return up >= n ? i ^ bit : up;
  }
  // The second tree is the first mirrored, or, for an odd number, turned by one.
  static std::size_t place(int tree, int i, int n) {
    return static_cast<std::size_t>(tree == 0 ? i : n % 2 == 0 ? n - 1 - i : (i + 1) % n);
  }
  void have(int t, std::size_t at, int chunk) {
    Tree& tree = trees_[t];
    if (--tree.missing[at][static_cast<std::size_t>(chunk)] > 0) return;
    if (tree.parent[at] < 0) return summed(t, at, chunk);
    const auto above = static_cast<std::size_t>(tree.parent[at]);
    send(at, above, [this, t, above, chunk] { have(t, above, chunk); });
  }
  void summed(int t, std::size_t at, int chunk) {
    for (const std::size_t below : trees_[t].children[at]) send(at, below, [this, t, below, chunk] { summed(t, below, chunk); });
    if (--left_[at] == 0) done(ranks_[at]);
  }
  // From one rank to another one chunk after another, so that a port serves all who send through it in turn.
  struct Flow {
    std::deque<std::function<void()>> waiting;
    bool busy = false;
  };
  void send(std::size_t from, std::size_t to, std::function<void()> arrived) {
    flows_[{from, to}].waiting.push_back(std::move(arrived));
    go_on(from, to);
  }
  void go_on(std::size_t from, std::size_t to) {
    Flow& flow = flows_[{from, to}];
    if (flow.busy || flow.waiting.empty()) return;
    flow.busy = true;
    const double left = net_.send(ranks_[from], ranks_[to], piece_, std::move(flow.waiting.front()));
    flow.waiting.pop_front();
    clock_.at(left, [this, from, to] {
      flows_[{from, to}].busy = false;
      go_on(from, to);
    });
  }
  Clock& clock_;
  Network& net_;
  std::vector<int> ranks_;
  int chunks_;
  double piece_;
  std::vector<int> left_;  // chunks, of both trees
  Tree trees_[2];
  std::map<std::pair<std::size_t, std::size_t>, Flow> flows_;
};

// Within each node, then between nodes among the ranks of one place, then within again.
class Hierarchy : public Together {
 public:
  Hierarchy(Network& net, int count, int each, double bytes,
            const std::function<std::unique_ptr<Together>(std::vector<int>, double)>& between)

      : each_(each) {
    const int nodes = count / each_;
    for (int node = 0; node < nodes; ++node)
      for (auto* half : {&sum_, &hand_}) {
        std::vector<int> ranks;
        for (int r = 0; r < each_; ++r) ranks.push_back(node * each_ + r);
        half->push_back(std::make_unique<Ring>(net, ranks, bytes / each_, each_ - 1));
      }
    for (int r = 0; r < each_; ++r) {
      std::vector<int> ranks;
      for (int node = 0; node < nodes; ++node) ranks.push_back(node * each_ + r);
      across_.push_back(between(ranks, bytes / each_));
    }
    for (auto& part : sum_) part->done = [this](int rank) { across_[place(rank)]->enter(rank); };
    for (auto& part : across_) part->done = [this](int rank) { hand_[node(rank)]->enter(rank); };
    for (auto& part : hand_) part->done = [this](int rank) { done(rank); };
  }
  void enter(int rank) override { sum_[node(rank)]->enter(rank); }

 private:
  std::size_t node(int rank) const { return static_cast<std::size_t>(rank / each_); }
  std::size_t place(int rank) const { return static_cast<std::size_t>(rank % each_); }
  int each_;
  std::vector<std::unique_ptr<Together>> sum_, across_, hand_;
};

std::unique_ptr<Together> ring_of(Clock&, Network& net, std::vector<int> ranks, double bytes) {
  const int n = static_cast<int>(ranks.size());
  return std::make_unique<Ring>(net, std::move(ranks), bytes / n, 2 * (n - 1));
}

std::unique_ptr<Together> trees_of(Clock& clock, Network& net, std::vector<int> ranks, double bytes) {
  constexpr int chunks = 128;
  return std::make_unique<TwoTrees>(clock, net, std::move(ranks), bytes, chunks);
}

}  // namespace

std::unique_ptr<Together> allreduce_of(Clock& clock, Network& net, Algorithm algorithm, int ranks, const Interconnect& links,
                                       double bytes) {
  std::vector<int> all;
  for (int r = 0; r < ranks; ++r) all.push_back(r);
  const bool two_levels = links.ranks_per_node > 1 && ranks > links.ranks_per_node;
  if (two_levels && algorithm != Algorithm::ring)
    return std::make_unique<Hierarchy>(net, ranks, links.ranks_per_node, bytes, [&](std::vector<int> group, double piece) {
      return (algorithm == Algorithm::tree ? trees_of : ring_of)(clock, net, std::move(group), piece);
    });
  return (algorithm == Algorithm::tree ? trees_of : ring_of)(clock, net, all, bytes);
}

}  // namespace cnnbench::simulation
