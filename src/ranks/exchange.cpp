#include "ranks/exchange.hpp"

#include <fmt/format.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/reducer.hpp>

#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/results/buckets.hpp"
#include "ranks/engines.hpp"

namespace cnnbench {
namespace {

using Group = c10d::ProcessGroup;
using Work = c10::intrusive_ptr<c10d::Work>;

// Of which values each consists, in the order in which a backward pass has them: the last layers' first.
std::vector<std::vector<std::size_t>> buckets_of(const std::vector<at::Tensor>& values) {
  const std::vector<std::size_t> limits{static_cast<std::size_t>(bucket_bytes)};
  auto buckets = std::get<0>(c10d::compute_bucket_assignment_by_size(values, limits));
  std::reverse(buckets.begin(), buckets.end());
  return buckets;
}

Error lost(const std::exception& e) {
  const auto* torchs = dynamic_cast<const c10::Error*>(&e);
  return {ExitCode::failed,
          fmt::format("the exchange with the other ranks failed: {}", torchs ? torchs->what_without_backtrace() : e.what()),
          "look at what the rank says that failed first"};
}

}  // namespace

// As libtorch's own sum, with a look at the clock.
class Exchange::Hook : public c10d::CommHookInterface {
 public:
  Hook(c10::intrusive_ptr<Group> group, CommunicationSeconds& seconds) : group_(std::move(group)), seconds_(seconds) {}

  c10::intrusive_ptr<c10::ivalue::Future> runHook(c10d::GradBucket& bucket) override {
    std::vector<at::Tensor> tensors{bucket.getBufferRef()};
    seconds_.bytes += tensors.front().nbytes();
    timed_ = tensors.front().is_cpu();
    const double now = seconds_now();
    if (bucket.getIndex() == 0) first_ = now;
    last_ = now;
    const auto work = group_->allreduce(tensors);
    under_way_.push_back(work->getFuture());
    return under_way_.back();
  }
  at::Tensor parseHookResult(const c10::IValue& result) override { return c10d::detail::parseCppCommHookResult(result); }

  // Of the backward pass: whether one failed.
  bool failed() const {
    return std::any_of(under_way_.begin(), under_way_.end(), [](const auto& future) { return future->hasError(); });
  }

  void done() {
    under_way_.clear();
    ++seconds_.steps;
    if (!timed_) return;
    const double now = seconds_now();
    seconds_.waited += now - last_;
    seconds_.under_way += now - first_;
  }

 private:
  c10::intrusive_ptr<Group> group_;
  CommunicationSeconds& seconds_;
  std::vector<c10::intrusive_ptr<c10::ivalue::Future>> under_way_;
  double first_ = 0, last_ = 0;
  bool timed_ = true;
};

Exchange::Exchange(int rank, int size, const Engine& engine)
    : rank_(rank), size_(size), group_(c10::make_intrusive<Group>(rank, size)) {
  add(engine, at::kCPU);
  group_->setDefaultBackend(Group::strToBackendType(engine_));
  group_->setGroupName("cnnbench");
}

Exchange::Exchange(const Launch& launch, const at::Device& device)
    : Exchange(launch.rank, launch.size,
               launch.launcher == "mpirun" ? mpi_engine(launch) : gloo_engine(launch, meeting_place(launch))) {
  if (!device.is_cuda()) return;
  const auto store = launch.launcher == "mpirun" ? meeting_place(launch, [this](const std::string& t) { return of_first(t); })
                                                 : meeting_place(launch);
  try {
    add(nccl_engine(launch, c10::make_intrusive<c10d::PrefixStore>("nccl", store), device), at::kCUDA);
  } catch (const c10::Error& e) {
    throw Error(ExitCode::failed, fmt::format("NCCL does not connect the ranks' GPUs: {}", e.what_without_backtrace()),
                "give each rank of a machine a GPU of its own; NCCL_DEBUG=INFO says more");
  }
}

// A tensor's device decides which of them carries it; gradients go by the last one that was added.
void Exchange::add(const Engine& engine, at::DeviceType device) {
  engine_ = engine->getBackendName();
  group_->setBackend(device, Group::strToBackendType(engine_), engine);
}

// Ends when all ranks are here, so that none goes while another still needs it.
Exchange::~Exchange() {
  try {
    if (std::uncaught_exceptions() > 0 && !abandoned_) abandon();
    if (wishing_) wishing_->wait();
    if (!abandoned_) largest(0);
  } catch (const std::exception&) {
    abandon();  // the others went before
  }
}

std::chrono::milliseconds Exchange::patience_now() const {
  return started_ ? std::chrono::milliseconds(patience) : std::chrono::milliseconds(patience_at_start);
}

void Exchange::abandon() {
  abandoned_ = true;
  for (const at::Device& device : group_->getDeviceTypes()) group_->getBackend(device.type())->abort();
  wishing_.reset();
}

void Exchange::attach(const std::vector<Parameter>& parameters, GradientExchange how) {
  how_ = how;
  double sum = 0;
  for (const Parameter& p : parameters) {
    values_.push_back(p.value);
    sum += p.value.detach().cpu().to(at::kDouble).abs().sum().item<double>();  // there: GPUs of two kinds add up differently
  }
  const at::Tensor mine = at::full({}, sum, at::kDouble);
  for (const at::Tensor& other : gather(mine))
    if (other.item<double>() != sum)
      throw Error(ExitCode::failed, "the ranks did not begin with the same weights",
                  "start every rank with the same command, config and program");
  if (how == GradientExchange::overlapped) make_reducer(values_);
}

void Exchange::make_reducer(std::vector<at::Tensor> values) {
  std::vector<std::vector<std::size_t>> buckets = buckets_of(values);
  const std::size_t count = values.size();
  reducer_ = std::make_unique<c10d::Reducer>(
      std::move(values), std::move(buckets), group_, std::vector<bool>(count, false), bucket_bytes,
      /*find_unused_parameters=*/false, /*gradient_as_bucket_view=*/true, std::unordered_map<std::size_t, std::string>{},
      bucket_bytes,
      /*skip_all_reduce_unused_params=*/false, /*use_python_reducer=*/false, std::vector<std::int64_t>{});
  auto hook = std::make_unique<Hook>(group_, seconds_);
  hook_ = hook.get();
  reducer_->register_comm_hook(std::move(hook));
}

// Between two steps the reducer may put the parameters into the order in which the first pass had their gradients.
void Exchange::before_forward(bool exchanges) {
  if (!reducer_ || !exchanges) return;
  reducer_->rebuild_buckets();
  reducer_->prepare_for_forward();
}

void Exchange::backward(const at::Tensor& loss, bool exchanges) {
  if (!reducer_ || !exchanges) {
    loss.backward();
    if (exchanges && how_ == GradientExchange::after) exchange_after();
    return;
  }
  reducer_->prepare_for_backward({});
  try {
    loss.backward();
  } catch (const std::exception& e) {
    if (hook_->failed()) throw lost(e);
    throw;
  }
  hook_->done();
}

void Exchange::exchange_after() {
  const at::NoGradGuard no_grad;
  const double begin = seconds_now();
  std::vector<at::Tensor> flat;
  for (const at::Tensor& value : values_) flat.push_back(value.grad().flatten());
  const at::Tensor all = at::cat(flat);
  seconds_.bytes += all.nbytes();
  wait(start_sum(all));
  std::int64_t at = 0;
  for (const at::Tensor& value : values_) {
    value.grad().copy_(all.narrow(0, at, value.numel()).view_as(value));
    at += value.numel();
  }
  ++seconds_.steps;
  if (all.is_cpu()) took_amid_step(seconds_now() - begin);
}

std::vector<at::Tensor> Exchange::like_gradients() const {
  const at::TensorOptions kind = values_.front().detach().options();
  std::vector<at::Tensor> buckets;
  for (const std::vector<std::size_t>& bucket : buckets_of(values_)) {
    std::int64_t numbers = 0;
    for (const std::size_t i : bucket) numbers += values_[i].numel();
    buckets.push_back(at::zeros({numbers}, kind));
  }
  return how_ == GradientExchange::after ? std::vector{at::cat(buckets)} : buckets;
}

Work Exchange::start_sum(const at::Tensor& value, bool largest) {
  std::vector<at::Tensor> tensors{value};
  c10d::AllreduceOptions options;
  options.timeout = patience_now();
  if (largest) options.reduceOp = c10d::ReduceOp::MAX;
  return group_->allreduce(tensors, options);
}

void Exchange::wait(const Work& work) const {
  try {
    work->wait();
  } catch (const std::exception& e) {
    throw lost(e);
  }
}

}  // namespace cnnbench
