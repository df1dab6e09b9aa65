// c10d over MPI's nonblocking collectives. One thread of its own makes all calls of MPI after the first, begins what is asked for
// at once and looks whether what is under way has come: that is also what moves it on.
#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "cnnbench/core/error.hpp"
#include "ranks/engines.hpp"
#include "ranks/mpi_library.hpp"

namespace cnnbench {
namespace {

using Clock = std::chrono::steady_clock;

class MpiWork : public c10d::Work {
 public:
  MpiWork(int rank, c10d::OpType type, std::vector<at::Tensor> tensors, std::chrono::milliseconds patience,
          std::function<int(MpiLibrary::Handle*)> begin)
      : Work(rank, type),
        patience_(patience),
        tensors_(std::move(tensors)),
        future_(c10::make_intrusive<c10::ivalue::Future>(c10::ListType::create(c10::TensorType::get()))),
        begin_(std::move(begin)) {}

  c10::intrusive_ptr<c10::ivalue::Future> getFuture() override { return future_; }
  std::vector<at::Tensor> result() override { return tensors_; }

  // The engine's thread.
  void begin() {
    began_ = Clock::now();
    if (begin_(&request_) != 0) fail("MPI refused a collective");
  }
  bool is_done() {
    if (isCompleted()) return true;
    int done = 0;
    if (mpi_library().test(&request_, &done, MpiLibrary::ignored) != 0) {
      fail("MPI lost a collective");
      return true;
    }
    if (done == 0 && Clock::now() - began_ < patience_) return false;
    if (done == 0)
      fail(fmt::format("no answer from the other ranks for {} seconds: one of them has died or stands still",
                       std::chrono::duration_cast<std::chrono::seconds>(patience_).count()));
    else
      complete();
    return true;
  }
  void fail(const std::string& why) {
    const auto error = std::make_exception_ptr(std::runtime_error(why));
    finish(error);
    future_->setError(error);
  }

 private:
  void complete() {
    finish();
    future_->markCompleted(c10::IValue(tensors_));
  }

  std::chrono::milliseconds patience_;
  std::vector<at::Tensor> tensors_;
  c10::intrusive_ptr<c10::ivalue::Future> future_;
  std::function<int(MpiLibrary::Handle*)> begin_;
  MpiLibrary::Handle request_ = nullptr;
  Clock::time_point began_;
};

MpiLibrary::Handle type_of(const at::Tensor& t) {
  const MpiLibrary& mpi = mpi_library();
  switch (t.scalar_type()) {
    case at::kFloat:
      return mpi.float32;
    case at::kDouble:
      return mpi.float64;
    case at::kInt:
      return mpi.int32;
    case at::kLong:
      return mpi.int64;
    case at::kByte:
      return mpi.uint8;
    default:
      throw std::runtime_error(std::string("no tensor of ") + c10::toString(t.scalar_type()) + " goes over MPI");
  }
}

MpiLibrary::Handle operation_of(const c10d::ReduceOp& op) {
  const MpiLibrary& mpi = mpi_library();
  switch (op.op_) {
    case c10d::ReduceOp::SUM:
      return mpi.sum;
    case c10d::ReduceOp::MAX:
      return mpi.max;
    default:
      throw std::runtime_error("this reduction is not made over MPI");
  }
}

const at::Tensor& only(const std::vector<at::Tensor>& tensors) {
  if (tensors.size() != 1 || !tensors[0].is_cpu() || !tensors[0].is_contiguous())
    throw std::runtime_error("over MPI goes one contiguous tensor of the CPU at a time");
  return tensors[0];
}

class MpiEngine : public c10d::Backend {
 public:
  MpiEngine(int rank, int size) : Backend(rank, size), thread_([this](const std::stop_token& stop) { work(stop); }) {}

  // Finalizing waits for all ranks: only of a run that every one of them has ended well.
  ~MpiEngine() override {
    thread_.request_stop();
    asked_.notify_all();
    thread_.join();
    if (!failed_) mpi_library().finalize();
  }

  const std::string getBackendName() const override { return "mpi"; }
  void abort() override { failed_ = true; }

  c10::intrusive_ptr<c10d::Work> allreduce(std::vector<at::Tensor>& tensors, const c10d::AllreduceOptions& options) override {
    const at::Tensor& t = only(tensors);
    const auto type = type_of(t), operation = operation_of(options.reduceOp);
    return queue(c10d::OpType::ALLREDUCE, tensors, options.timeout, [t, type, operation](MpiLibrary::Handle* request) {
      const MpiLibrary& mpi = mpi_library();
      return mpi.iallreduce(MpiLibrary::in_place(), t.data_ptr(), static_cast<int>(t.numel()), type, operation, mpi.world, request);
    });
  }

  c10::intrusive_ptr<c10d::Work> broadcast(std::vector<at::Tensor>& tensors, const c10d::BroadcastOptions& options) override {
    const at::Tensor& t = only(tensors);
    const auto type = type_of(t);
    const auto root = static_cast<int>(options.rootRank);
    return queue(c10d::OpType::BROADCAST, tensors, options.timeout, [t, type, root](MpiLibrary::Handle* request) {
      const MpiLibrary& mpi = mpi_library();
      return mpi.ibcast(t.data_ptr(), static_cast<int>(t.numel()), type, root, mpi.world, request);
    });
  }

 private:
  c10::intrusive_ptr<c10d::Work> queue(c10d::OpType type, const std::vector<at::Tensor>& tensors, std::chrono::milliseconds asked,
                                       std::function<int(MpiLibrary::Handle*)> begin) {
    auto work = c10::make_intrusive<MpiWork>(getRank(), type, tensors,
                                             asked.count() > 0 ? asked : std::chrono::milliseconds(patience), std::move(begin));
    {
      const std::lock_guard lock(mutex_);
      queued_.push_back(work);
    }
    asked_.notify_one();
    return work;
  }

  // What was asked for, in the order in which every rank asks for it. Waits where there is nothing under way.
  void begin_what_was_asked(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (under_way_.empty()) asked_.wait(lock, stop, [&] { return !queued_.empty(); });
    std::deque<c10::intrusive_ptr<MpiWork>> begun;
    begun.swap(queued_);
    lock.unlock();
    for (auto& work : begun) {
      if (failed_)
        work->fail("the exchange between the ranks has failed before");
      else
        work->begin();
      under_way_.push_back(std::move(work));
    }
  }

  void work(const std::stop_token& stop) {
    while (!stop.stop_requested() || !under_way_.empty()) {
      begin_what_was_asked(stop);
      std::erase_if(under_way_, [this](const c10::intrusive_ptr<MpiWork>& work) {
        const bool done = work->is_done();
        if (done && !work->isSuccess()) failed_ = true;
        return done;
      });
      // Between two looks the core is the network's.
      if (!under_way_.empty()) std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
  }

  std::mutex mutex_;
  std::condition_variable_any asked_;
  std::deque<c10::intrusive_ptr<MpiWork>> queued_;
  std::vector<c10::intrusive_ptr<MpiWork>> under_way_;  // the thread's
  std::atomic<bool> failed_{false};
  std::jthread thread_;  // last: uses the others
};

}  // namespace

Engine mpi_engine(const Launch& launch) {
  const MpiLibrary& mpi = mpi_library();
  int begun = 0, provided = 0, rank = 0, size = 0;
  mpi.initialized(&begun);
  if (begun != 0) throw Error(ExitCode::usage, "a process can train in ranks once", "name one device");
  if (mpi.init_thread(nullptr, nullptr, MpiLibrary::serialized, &provided) != 0 || provided < MpiLibrary::serialized)
    throw Error(ExitCode::failed, "MPI does not let a thread beside the main one call it", "use an Open MPI with thread support");
  mpi.rank(mpi.world, &rank);
  mpi.size(mpi.world, &size);
  if (rank != launch.rank || size != launch.size)
    throw Error(ExitCode::failed,
                fmt::format("MPI says rank {} of {}, mpirun's environment {} of {}", rank, size, launch.rank, launch.size),
                "start every rank by the mpirun of the MPI library that is installed");
  return c10::make_intrusive<MpiEngine>(rank, size);
}

}  // namespace cnnbench
