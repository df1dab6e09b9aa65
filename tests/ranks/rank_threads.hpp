// Ranks that are threads of one process, and a backend between them: what Exchange makes of any engine, without a launcher.
#pragma once

#include <torch/csrc/distributed/c10d/Backend.hpp>

#include <barrier>
#include <functional>
#include <thread>
#include <vector>

namespace cnnbench {

class Meeting {
 public:
  explicit Meeting(std::size_t size) : given_(size), all_here_(static_cast<std::ptrdiff_t>(size)) {}

  // What `combine` makes of every rank's tensor, in place.
  void exchange(std::size_t rank, at::Tensor& tensor, const std::function<at::Tensor(const std::vector<at::Tensor>&)>& combine) {
    given_[rank] = tensor.clone();
    all_here_.arrive_and_wait();
    const at::Tensor all = combine(given_);
    all_here_.arrive_and_wait();
    tensor.copy_(all);
  }
  std::size_t collectives = 0;  // that the first rank asked for

 private:
  std::vector<at::Tensor> given_;
  std::barrier<> all_here_;
};

class ThreadWork : public c10d::Work {
 public:
  explicit ThreadWork(const std::vector<at::Tensor>& tensors)
      : future_(c10::make_intrusive<c10::ivalue::Future>(c10::ListType::create(c10::TensorType::get()))) {
    future_->markCompleted(c10::IValue(tensors));
    finish();
  }
  c10::intrusive_ptr<c10::ivalue::Future> getFuture() override { return future_; }

 private:
  c10::intrusive_ptr<c10::ivalue::Future> future_;
};

class ThreadBackend : public c10d::Backend {
 public:
  ThreadBackend(Meeting& meeting, int rank, int size) : Backend(rank, size), meeting_(meeting) {}
  const std::string getBackendName() const override { return "gloo"; }  // whose place it takes
  void abort() override {}
  c10::intrusive_ptr<c10d::Work> allreduce(std::vector<at::Tensor>& tensors, const c10d::AllreduceOptions& options) override {
    const bool largest = options.reduceOp.op_ == c10d::ReduceOp::MAX;
    return made(tensors, [largest](const std::vector<at::Tensor>& all) {
      const at::Tensor stacked = at::stack(all);
      return largest ? std::get<0>(stacked.max(0)) : stacked.sum(0).to(stacked.scalar_type());
    });
  }
  c10::intrusive_ptr<c10d::Work> broadcast(std::vector<at::Tensor>& tensors, const c10d::BroadcastOptions& options) override {
    return made(tensors,
                [root = static_cast<std::size_t>(options.rootRank)](const std::vector<at::Tensor>& all) { return all[root]; });
  }

 private:
  c10::intrusive_ptr<c10d::Work> made(std::vector<at::Tensor>& tensors,
                                      const std::function<at::Tensor(const std::vector<at::Tensor>&)>& combine) {
    if (getRank() == 0) ++meeting_.collectives;
    meeting_.exchange(static_cast<std::size_t>(getRank()), tensors.at(0), combine);
    return c10::make_intrusive<ThreadWork>(tensors);
  }
  Meeting& meeting_;
};

// Runs `work` as each rank; what one throws comes out of here.
inline void as_ranks(int size, const std::function<void(int rank, Meeting&)>& work) {
  Meeting meeting(static_cast<std::size_t>(size));
  std::vector<std::exception_ptr> thrown(static_cast<std::size_t>(size));
  {
    std::vector<std::jthread> threads;
    for (int rank = 0; rank < size; ++rank)
      threads.emplace_back([&, rank] {
        try {
          work(rank, meeting);
        } catch (...) {
          thrown[static_cast<std::size_t>(rank)] = std::current_exception();
        }
      });
  }
  for (const std::exception_ptr& e : thrown)
    if (e) std::rethrow_exception(e);
}

}  // namespace cnnbench
