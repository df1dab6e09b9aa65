#include "ranks/exchange.hpp"

#include <fmt/format.h>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/reducer.hpp>

#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/error.hpp"
#include "ranks/engines.hpp"

namespace cnnbench {
namespace {

using Group = c10d::ProcessGroup;
using Work = c10::intrusive_ptr<c10d::Work>;

// A third of catdog_original's gradients: small enough that the first goes out while the rest is computed. PyTorch's default of
// 25 MB holds any of our networks whole, and nothing would overlap.
constexpr std::int64_t bucket_bytes = 1024 * 1024;

Engine engine_for(const Launch& launch, const at::Device& device) {
  if (device.is_cuda())
    throw Error(ExitCode::no_device, "ranks on GPUs are not there yet: their gradients would go by NCCL",
                "train on one GPU, or with --device cpu");
  return launch.launcher == "mpirun" ? mpi_engine(launch) : gloo_engine(launch, meeting_place(launch));
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
    const double now = seconds_now();
    if (bucket.getIndex() == 0) first_ = now;
    last_ = now;
    seconds_.bytes += bucket.getBuffer().nbytes();
    std::vector<at::Tensor> tensors{bucket.getBufferRef()};
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
    const double now = seconds_now();
    seconds_.waited += now - last_;
    seconds_.under_way += now - first_;
    ++seconds_.steps;
  }

 private:
  c10::intrusive_ptr<Group> group_;
  CommunicationSeconds& seconds_;
  std::vector<c10::intrusive_ptr<c10::ivalue::Future>> under_way_;
  double first_ = 0, last_ = 0;
};

Exchange::Exchange(const Launch& launch, const at::Device& device)
    : rank_(launch.rank), size_(launch.size), group_(c10::make_intrusive<Group>(launch.rank, launch.size)) {
  const Engine engine = engine_for(launch, device);
  engine_ = engine->getBackendName();
  const auto type = Group::strToBackendType(engine_);
  group_->setBackend(at::kCPU, type, engine);
  group_->setDefaultBackend(type);
  group_->setGroupName("cnnbench");
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
  group_->getBackend(at::kCPU)->abort();
  wishing_.reset();
}

void Exchange::attach(const std::vector<Parameter>& parameters) {
  std::vector<at::Tensor> values;
  double sum = 0;
  for (const Parameter& p : parameters) {
    values.push_back(p.value);
    sum += p.value.detach().to(at::kDouble).abs().sum().item<double>();
  }
  const at::Tensor mine = at::full({}, sum, at::kDouble);
  for (const at::Tensor& other : gather(mine))
    if (other.item<double>() != sum)
      throw Error(ExitCode::failed, "the ranks did not begin with the same weights",
                  "start every rank with the same command, config and program");
  const std::vector<std::size_t> limits{static_cast<std::size_t>(bucket_bytes)};
  auto buckets = std::get<0>(c10d::compute_bucket_assignment_by_size(values, limits));
  std::reverse(buckets.begin(), buckets.end());  // a backward pass has the last layers' first
  reducer_ = std::make_unique<c10d::Reducer>(
      values, std::move(buckets), group_, std::vector<bool>(values.size(), false), bucket_bytes,
      /*find_unused_parameters=*/false, /*gradient_as_bucket_view=*/true, std::unordered_map<std::size_t, std::string>{},
      bucket_bytes,
      /*skip_all_reduce_unused_params=*/false, /*use_python_reducer=*/false, std::vector<std::int64_t>{});
  auto hook = std::make_unique<Hook>(group_, seconds_);
  hook_ = hook.get();
  reducer_->register_comm_hook(std::move(hook));
}

// Between two steps it may put the parameters into the order in which the first pass had their gradients.
void Exchange::before_forward() {
  reducer_->rebuild_buckets();
  reducer_->prepare_for_forward();
}

void Exchange::backward(const at::Tensor& loss) {
  reducer_->prepare_for_backward({});
  try {
    loss.backward();
  } catch (const std::exception& e) {
    if (hook_->failed()) throw lost(e);
    throw;
  }
  hook_->done();
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

void Exchange::sum(at::Tensor& value) {
  at::Tensor sent = value.cpu().contiguous();
  wait(start_sum(sent));
  value.copy_(sent);
}

std::vector<at::Tensor> Exchange::gather(const at::Tensor& value) {
  std::vector<std::int64_t> shape{size_};
  for (const std::int64_t n : value.sizes()) shape.push_back(n);
  // A sum in which all others are zero: to the bit, and of any engine.
  const at::Tensor all = at::zeros(shape, value.options().device(at::kCPU));
  all.select(0, rank_).copy_(value);
  wait(start_sum(all));
  return all.unbind();
}

std::string Exchange::of_first(const std::string& text) {
  const auto sent = [&](at::Tensor t) {
    std::vector<at::Tensor> tensors{t};
    c10d::BroadcastOptions options;
    options.timeout = patience_now();
    wait(group_->broadcast(tensors, options));
    return t;
  };
  const std::int64_t length = sent(at::full({1}, static_cast<std::int64_t>(text.size()), at::kLong)).item<std::int64_t>();
  if (length == 0) return "";
  const at::Tensor letters = at::zeros({length}, at::kByte);
  if (rank_ == 0) std::copy(text.begin(), text.end(), letters.data_ptr<std::uint8_t>());
  sent(letters);
  const auto* const first = reinterpret_cast<const char*>(letters.const_data_ptr<std::uint8_t>());
  return {first, static_cast<std::size_t>(length)};
}

int Exchange::largest(int mine) {
  const at::Tensor value = at::full({1}, mine, at::kInt);
  wait(start_sum(value, true));
  return value.item<int>();
}

Wishes Exchange::agreed(const Wishes& mine) {
  Wishes all;
  if (wishing_) {
    wait(wishing_);
    const int* const values = wishes_.const_data_ptr<int>();
    all = {.signal = values[0], .state_due = values[1] != 0};
  }
  wishes_ = at::empty({2}, at::kInt);
  wishes_.data_ptr<int>()[0] = mine.signal;
  wishes_.data_ptr<int>()[1] = mine.state_due ? 1 : 0;
  wishing_ = start_sum(wishes_, true);
  return all;
}

}  // namespace cnnbench
