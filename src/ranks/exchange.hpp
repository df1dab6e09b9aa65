// What the ranks of a run tell each other: gradients, sums and decisions. All ranks make the same calls in the same order.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/core/launch.hpp"
#include "kernels/tensor.hpp"
#include "network/network.hpp"

namespace c10d {
class Backend;
class ProcessGroup;
class Reducer;
class Work;
}  // namespace c10d

namespace cnnbench {

// Of the backward passes so far, in seconds, where kernels run in the caller's thread; on a GPU only the bytes, and of a graph's
// replays not those.
struct CommunicationSeconds {
  double waited = 0;     // from a pass' last gradient to the end of the exchange: nothing else was done
  double under_way = 0;  // from the first bucket that was sent to that end; the rest of it, the backward pass went on beside it
  std::uint64_t bytes = 0, steps = 0;
};

// Of one step's gradients in their buckets, and of one number, while nobody computes; and what the former costs a computation that
// goes on beside it: by how much both together end later than the computation alone (0: not measured, as where it takes long or
// none is made). Seconds, medians.
struct ExchangeAlone {
  double step = 0, one_number = 0, beside_work = 0;
};

// What a rank would have happen after a step, and what then happens on all.
struct Wishes {
  int signal = 0;          // that asked to stop; of several the largest
  bool state_due = false;  // the first rank's
};

class Exchange {
 public:
  // Over MPI where mpirun started the ranks, else Gloo; gradients on a GPU over NCCL. Finds the other ranks: Error(failed) where
  // they do not come.
  Exchange(const Launch&, const at::Device&);
  // Over a backend that is there already.
  Exchange(int rank, int size, const c10::intrusive_ptr<c10d::Backend>&);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  const std::string& engine() const { return engine_; }  // that gradients go by: "mpi", "gloo", "nccl"

  // Whose gradients are exchanged. Overlapped: by libtorch's Reducer, in buckets, each as soon as a backward pass has it. The
  // weights of all ranks must be the same, which is checked.
  void attach(const std::vector<Parameter>&, GradientExchange);
  ExchangeAlone measure_alone();
  // `exchanges`: of a step whose gradients are added to those of the next one, not.
  void before_forward(bool exchanges = true);
  // Ends with gradients that are of the sum of all ranks' losses (of this rank's where nothing is exchanged): whoever wants a mean
  // weighs its loss by its share.
  void backward(const at::Tensor& loss, bool exchanges = true);
  const CommunicationSeconds& seconds() const { return seconds_; }

  // Amid a forward or backward pass: the time is the exchange's.
  void sum_amid_step(at::Tensor&);
  std::vector<at::Tensor> gather_amid_step(const at::Tensor&);
  void sum(at::Tensor&);                              // over all ranks, in place
  std::vector<at::Tensor> gather(const at::Tensor&);  // every rank's, in their order; of one shape and type
  std::string of_first(const std::string&);           // the first rank's
  bool decided_by_first(bool yes) { return of_first(std::string(yes ? "y" : "n")) == "y"; }
  int largest(int);
  // Of the step before, so that no step waits for it.
  Wishes agreed(const Wishes& mine);

  // Nothing is to be exchanged any more: something failed here, and the others may not come.
  void abandon();
  bool abandoned() const { return abandoned_; }
  // From now on ranks that do not come within `patience` (engines.hpp) are given up; before, while each builds its network, it is
  // minutes.
  void steps_begin() { started_ = true; }

 private:
  class Hook;
  std::chrono::milliseconds patience_now() const;
  void add(const c10::intrusive_ptr<c10d::Backend>&, at::DeviceType);
  void wait(const c10::intrusive_ptr<c10d::Work>&) const;
  c10::intrusive_ptr<c10d::Work> start_sum(const at::Tensor&, bool largest = false);
  void make_reducer(std::vector<at::Tensor> values);
  void exchange_after();
  std::vector<at::Tensor> like_gradients() const;  // zeros, as they are sent
  void took_amid_step(double seconds);

  int rank_, size_;
  bool started_ = false, abandoned_ = false;
  std::string engine_;
  c10::intrusive_ptr<c10d::ProcessGroup> group_;
  GradientExchange how_ = GradientExchange::overlapped;
  std::vector<at::Tensor> values_;          // whose gradients are exchanged
  std::unique_ptr<c10d::Reducer> reducer_;  // null: not overlapped
  Hook* hook_ = nullptr;                    // the reducer's
  CommunicationSeconds seconds_;
  at::Tensor wishes_;
  c10::intrusive_ptr<c10d::Work> wishing_;
};

}  // namespace cnnbench
