#include "train/checkpoints.hpp"

#include "cnnbench/core/clock.hpp"
#include "train/checkpoint.hpp"
#include "train/parts.hpp"
#include "train/resume.hpp"
#include "train/snapshot.hpp"

namespace cnnbench {

namespace fs = std::filesystem;

Checkpoints::Checkpoints(fs::path folder, const TrainConfig& config)
    : folder_(std::move(folder)),
      every_(*read_interval(config.checkpoint_every)),
      keep_(config.keep_checkpoints),
      saved_at_(seconds_now()) {}

bool Checkpoints::is_over() const {
  if (every_.count == 0) return false;
  switch (every_.unit) {
    case IntervalUnit::steps:
      return steps_ >= static_cast<std::uint64_t>(every_.count);
    case IntervalUnit::seconds:
      return seconds_now() - saved_at_ >= every_.count;
    case IntervalUnit::epochs:
      break;
  }
  return false;
}

bool Checkpoints::is_due_amid_epoch() const { return !folder_.empty() && is_over() && writer_.idle(); }

Checkpoints::Write Checkpoints::state_of(Parts& run, const EpochRow& row, bool epoch_done) {
  auto state = std::make_shared<RunState>();
  state->epoch = epoch_done ? row.epoch + 1 : row.epoch;
  state->step = epoch_done ? 0 : row.steps;
  state->steps_per_epoch = run.input.steps_per_epoch();
  state->best_val_accuracy = run.best.accuracy;
  state->validations_since_best = run.best.validations_since;
  state->until_steady = run.until_steady;
  state->keep_first_losses = run.keep_first_losses;
  state->paused_seconds = run.paused();
  if (run.hooks.file_sizes) state->files = run.hooks.file_sizes();
  run.record.save_to(*state, epoch_done ? &row : nullptr);
  auto tensors = std::make_shared<Snapshot>();
  for (const StateItem& item : run.learner.state()) {
    const at::Tensor value = item.get();
    tensors->add(item.name, value);
    if (!run.exchange || !item.of_rank) continue;
    const std::vector<at::Tensor> of_ranks = run.exchange->gather(value);
    for (std::size_t rank = 1; rank < of_ranks.size(); ++rank)
      tensors->add(name_of_rank(item.name, static_cast<int>(rank)), of_ranks[rank]);
  }
  steps_ = 0;
  saved_at_ = seconds_now();
  const std::uint64_t step = static_cast<std::uint64_t>(state->epoch - 1) * state->steps_per_epoch + state->step;
  return [file = folder_ / state_file_name(step), keep = keep_, state, tensors] {
    write_state(file, tensors->views(), *state);
    remove_old_states(file, keep);
  };
}

void Checkpoints::give_to_state(Parts& run) const {
  for (const StateItem& item : run.learner.state())
    if (item.of_rank) run.exchange->gather(item.get());
}

Checkpoints::Write Checkpoints::weights_of(Parts& run, const EpochRow& row, bool last, bool best) const {
  const RunResult& r = run.record.result();
  CheckpointInfo info{
      .experiment = r.experiment, .class_names = r.class_names, .epoch = row.epoch, .val_accuracy = row.val_accuracy};
  info.experiment.train.convolution = r.convolution;        // by the same operations it predicts the same, to the bit
  const AveragedWeights averaged = run.learner.averaged();  // what was validated is what to keep
  return [write = checkpoint_of(run.learner.network(), info), folder = folder_, last, best] {
    if (best) write(folder / "best.safetensors");
    if (last) write(folder / "last.safetensors");
  };
}

void Checkpoints::amid_epoch(Parts& run, const EpochRow& row) {
  const auto checkpoint = run.clock.in(Phase::checkpoint);
  if (folder_.empty()) return give_to_state(run);  // of the first rank, which has one
  writer_.start(state_of(run, row, false));
  weights_are_older_ = true;
}

void Checkpoints::cut(Parts& run, const EpochRow& row) {
  const auto checkpoint = run.clock.in(Phase::checkpoint);
  if (folder_.empty()) {
    if (run.exchange) give_to_state(run);
    return;
  }
  writer_.start([first = weights_of(run, row, true, false), then = state_of(run, row, false)] { first(), then(); });
  writer_.wait();
}

// best.safetensors before the state that has its accuracy as the best: of a process that was killed between them, the next one
// makes the same epoch again.
void Checkpoints::after_epoch(Parts& run, const EpochRow& row, bool last, bool best) {
  const auto checkpoint = run.clock.in(Phase::checkpoint);
  if (run.exchange && run.exchange->rank() != 0) {
    if (run.exchange->decided_by_first(false)) give_to_state(run);
    return;
  }
  if (folder_.empty()) {
    if (run.exchange) run.exchange->decided_by_first(false);
    return;
  }
  if (every_.unit == IntervalUnit::epochs)
    due_ = due_ || (every_.count > 0 && row.epoch % every_.count == 0);
  else
    due_ = due_ || is_over() || weights_are_older_;
  const bool all = last || (due_ && writer_.idle()), goes_on = every_.count > 0 || run.signal() != 0;
  if (run.exchange) run.exchange->decided_by_first(all && goes_on);
  if (!all && !best) return;
  Write first = weights_of(run, row, all, best);
  if (all && goes_on)
    writer_.start([first, then = state_of(run, row, true)] { first(), then(); });
  else
    writer_.start(std::move(first));
  if (all) due_ = weights_are_older_ = false;
  if (last) writer_.wait();
}

void Checkpoints::weights(Parts& run, const EpochRow& row) {
  const auto checkpoint = run.clock.in(Phase::checkpoint);
  if (folder_.empty()) return;
  writer_.start(weights_of(run, row, true, false));
  writer_.wait();
}

}  // namespace cnnbench
