// Time and messages of a simulation of ranks (ranks_simulation.hpp): events in their order, and ports that serve one message after
// another.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "cnnbench/results/allreduce.hpp"

namespace cnnbench::simulation {

class Clock {
 public:
  double now() const { return now_; }
  void at(double time, std::function<void()> what) { events_.push({std::max(time, now_), order_++, std::move(what)}); }
  void run() {
    while (!events_.empty()) {
      const Event event = events_.top();
      events_.pop();
      now_ = event.time;
      event.what();
    }
  }

 private:
  struct Event {
    double time;
    std::uint64_t order;
    std::function<void()> what;
    bool operator<(const Event& other) const { return time != other.time ? time > other.time : order > other.order; }
  };
  std::priority_queue<Event> events_;
  double now_ = 0;
  std::uint64_t order_ = 0;
};

class Network {
 public:
  Network(Clock& clock, int ranks, const Interconnect& net)
      : clock_(clock), net_(net), ports_(2 * static_cast<std::size_t>(ranks)) {}

  int node_of(int rank) const { return rank / net_.ranks_per_node; }

  // Returns when it has left.
  double send(int from, int to, double bytes, std::function<void()> arrived) {
    const bool inside = node_of(from) == node_of(to);
    const Link& link = inside ? net_.within : net_.between;
    const double takes = bytes / link.bandwidth;
    Port &out = port(from, inside), &in = port(to, inside);
    const double begin = std::max(clock_.now(), out.sends_until);
    out.sends_until = begin + takes;
    // Whoever comes first at the receiver is served first, so its port is taken when the message is there, not when it is sent.
    clock_.at(begin + link.latency, [this, &in, takes, arrived = std::move(arrived)] {
      in.receives_until = std::max(clock_.now(), in.receives_until) + takes;
      clock_.at(in.receives_until, arrived);
    });
    return out.sends_until;
  }

 private:
  struct Port {
    double sends_until = 0, receives_until = 0;
  };
  // A rank has one on its node; the node has one outside, kept at its first rank.
  Port& port(int rank, bool inside) {
    const int index = inside ? rank : node_of(rank) * net_.ranks_per_node;
    return ports_[2 * static_cast<std::size_t>(index) + (inside ? 0 : 1)];
  }
  Clock& clock_;
  Interconnect net_;
  std::vector<Port> ports_;
};

}  // namespace cnnbench::simulation
