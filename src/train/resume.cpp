#include "train/resume.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "cnnbench/core/error.hpp"
#include "train/snapshot.hpp"

namespace cnnbench {
namespace {

[[noreturn]] void unfit(const SavedState& saved, const std::string& problem) {
  throw Error(ExitCode::failed, fmt::format("{}: {}", saved.file, problem), "go on with the config that the run began with");
}

}  // namespace

Experiment pinned(Experiment e, const RunResult& before) {
  if (e.train.convolution == "auto") e.train.convolution = before.convolution;
  if (e.train.precision == Precision::automatic)
    e.train.precision = before.precision == name_of(Precision::bfloat16) ? Precision::bfloat16 : Precision::float32;
  return e;
}

std::vector<std::string> checked(const SavedState& saved, const RunResult& now, std::uint64_t steps_per_epoch, bool allow_inexact) {
  if (now.ranks && now.experiment.train.exchange == GradientExchange::none)
    throw Error(ExitCode::usage,
                "ranks that exchange no gradients (train.exchange=none) cannot go on: only the first one's weights are kept",
                "start anew: such a run is for measuring");
  std::vector<std::string> found = differences(saved.run.result, now);
  if (!found.empty() && !allow_inexact)
    throw Error(ExitCode::usage, fmt::format("{} would not go on bit for bit: {}", saved.file, fmt::join(found, "; ")),
                "make it the same again, or give --allow-inexact: the result then says so");
  if (saved.run.step > 0 && steps_per_epoch != saved.run.steps_per_epoch)
    throw Error(ExitCode::usage,
                fmt::format("{} stands after step {} of an epoch of {}, and now there are {}", saved.file, saved.run.step,
                            saved.run.steps_per_epoch, steps_per_epoch),
                "go on with the same pictures, loader.batch_size and train.steps_per_epoch");
  return found;
}

std::string name_of_rank(const std::string& name, int rank) { return fmt::format("rank_{}.{}", rank, name); }

void restore(Learner& learner, const SavedState& saved, int rank) {
  std::set<std::string> known{"run"};
  for (const StateItem& item : learner.state()) {
    known.insert(item.name);
    const TensorView* kept = saved.tensors.find(item.name);
    if (item.of_rank)
      for (int other = 1; other < saved.run.result.rank_count(); ++other) {
        known.insert(name_of_rank(item.name, other));
        const TensorView* own = other == rank ? saved.tensors.find(name_of_rank(item.name, other)) : nullptr;
        if (own != nullptr) kept = own;
      }
    if (kept == nullptr) unfit(saved, "lacks the tensor " + item.name);
    const at::Tensor now = item.get();
    if (kept->dtype != dtype_name(now.scalar_type()) || (item.fixed && kept->shape != now.sizes().vec()))
      unfit(saved, fmt::format("its tensor {} does not fit the network", item.name));
    const at::Tensor value = at::from_blob(const_cast<std::byte*>(kept->bytes.data()), kept->shape, now.scalar_type());
    item.set(value.clone());
  }
  for (const TensorView& kept : saved.tensors.tensors())
    if (!known.contains(kept.name)) unfit(saved, fmt::format("holds the tensor {}, which this network has not", kept.name));
}

}  // namespace cnnbench
