// What a run keeps of itself as it goes, written beside the steps: the state that another process can go on from, and the weights
// to predict with. Taking it is the clock's phase `checkpoint`, and so is waiting for the writer.
#pragma once

#include <filesystem>

#include "cnnbench/config/interval.hpp"
#include "cnnbench/results/run_state.hpp"
#include "train/background.hpp"

namespace cnnbench {

struct Parts;

class Checkpoints {
 public:
  // Nothing is written where `folder` is empty. `config`: train.checkpoint_every and keep_checkpoints.
  Checkpoints(std::filesystem::path folder, const TrainConfig& config);

  void step_done() { ++steps_; }
  // The interval is over and the writer has nothing to do: it would not hold up the steps.
  bool is_due_amid_epoch() const;
  // Where there are ranks these are called by all of them together; the first one's folder is the run's, and what each has of its
  // own goes into its state.
  void amid_epoch(Parts&, const EpochRow&);
  // An epoch that a signal cut: its state and weights, and waits for them.
  void cut(Parts&, const EpochRow&);
  // Of an epoch that is all done but for being recorded. `last`: nothing comes after it, so it waits for what is written.
  void after_epoch(Parts&, const EpochRow&, bool last, bool best);
  // The weights alone, where something failed after the steps.
  void weights(Parts&, const EpochRow&);

 private:
  using Write = std::function<void()>;
  Write state_of(Parts&, const EpochRow&, bool epoch_done);
  Write weights_of(Parts&, const EpochRow&, bool last, bool best) const;
  bool is_over() const;
  // What a rank that writes nothing does for the state of the one that does.
  void give_to_state(Parts&) const;

  std::filesystem::path folder_;
  Period every_;
  int keep_;
  std::uint64_t steps_ = 0;         // since the last state
  double saved_at_;                 // seconds_now()
  bool due_ = false;                // at an epoch's end when the writer was busy
  bool weights_are_older_ = false;  // than the state
  Background writer_;               // last: it waits for what uses the others
};

}  // namespace cnnbench
