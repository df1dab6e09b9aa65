#include "support/ranks_simulation.hpp"

#include <algorithm>
#include <memory>

#include "cnnbench/core/random.hpp"
#include "support/noise.hpp"
#include "support/simulated_allreduce.hpp"

namespace cnnbench::simulation {
namespace {

// Never below a fifth of the mean.
double drawn_step(const Setting& s, int rank, int step) {
  RandomStream random{s.seed, static_cast<std::uint64_t>(rank), static_cast<std::uint64_t>(step)};
  return s.step_seconds * std::max(0.2, 1 + s.variation * test::normal(random));
}

class Training {
 public:
  explicit Training(const Setting& s) : s_(s), net_(clock_, s.ranks, s.net) {
    ranks_.resize(static_cast<std::size_t>(s.ranks));
    for (int step = 0; step < s.steps; ++step)
      for (std::size_t b = 0; b < s.buckets.size(); ++b) {
        exchanges_.push_back(allreduce_of(clock_, net_, s.algorithm, s.ranks, s.net, s.buckets[b].bytes));
        exchanges_.back()->done = [this](int rank) {
          ++at(rank).summed;
          at(rank).busy = false;
          next(rank);
        };
      }
  }

  double run() {
    for (int rank = 0; rank < s_.ranks; ++rank) begin(rank);
    clock_.run();
    double end = 0;
    for (const Rank& r : ranks_) end = std::max(end, r.ended);
    return end / s_.steps;
  }

 private:
  struct Rank {
    int step = 0;
    double length = 0, ended = 0;       // of its step; when its last step ended
    std::size_t ready = 0, summed = 0;  // buckets, of all steps
    bool busy = false, computed = false;
  };
  Rank& at(int rank) { return ranks_[static_cast<std::size_t>(rank)]; }

  void begin(int rank) {
    Rank& r = at(rank);
    r.length = drawn_step(s_, rank, r.step);
    r.computed = false;
    const double back = clock_.now() + r.length * s_.forward, end = back + r.length * s_.backward;
    for (const Bucket& bucket : s_.buckets)
      clock_.at(s_.beside ? back + bucket.ready * (end - back) : end, [this, rank] {
        ++at(rank).ready;
        next(rank);
      });
    clock_.at(end, [this, rank] {
      at(rank).computed = true;
      next(rank);
    });
  }

  void next(int rank) {
    Rank& r = at(rank);
    if (!r.busy && r.summed < r.ready) {
      r.busy = true;
      exchanges_[r.summed]->enter(rank);
      return;
    }
    const auto steps_done = static_cast<std::size_t>(r.step + 1);
    if (r.busy || !r.computed || r.summed < steps_done * s_.buckets.size()) return;
    r.computed = false;  // once a step
    clock_.at(clock_.now() + r.length * (1 - s_.forward - s_.backward), [this, rank] {
      Rank& done = at(rank);
      done.ended = clock_.now();
      if (++done.step < s_.steps) begin(rank);
    });
  }

  Setting s_;
  Clock clock_;
  Network net_;
  std::vector<Rank> ranks_;
  std::vector<std::unique_ptr<Together>> exchanges_;  // step by step, bucket by bucket
};

}  // namespace

double mean_step(const Setting& s) { return Training(s).run(); }

}  // namespace cnnbench::simulation
