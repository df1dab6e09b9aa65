// Turns the trainer's events into Keras' words: a live line on a terminal, one plain line per epoch elsewhere; and into
// log.txt with the field's grep line `step 10 images/sec: 425.3 +/- 1.2 (jitter = 2.4) loss: 0.693`.
#pragma once

#include <string>
#include <vector>

#include "cnnbench/cli/console.hpp"
#include "cnnbench/train/api.hpp"

namespace cnnbench {

// The parts that need no terminal, for the tests.
std::string live_line(const Stepped&, int columns);
std::string epoch_line(const EpochRow&, std::uint64_t steps);

// tf_cnn_benchmarks' figures over the speeds seen so far: mean, standard error, and jitter = 1.4826 x median absolute deviation.
struct StepSpeeds {
  std::vector<double> speeds;
  std::string line(std::uint64_t step, double loss) const;
};

class TrainView {
 public:
  // `log` gets every line, without the live ones; may be empty.
  TrainView(Console&, std::function<void(const std::string&)> log);
  void operator()(const Event&);

 private:
  void show(const Started&);
  void show(const EpochStarted&);
  void show(const Stepped&);
  void show(const EpochDone&);
  void show(const Warned&);
  void both(const std::string& line);

  Console& console_;
  std::function<void(const std::string&)> log_;
  StepSpeeds speeds_;
  double last_seconds_ = 0, last_pictures_ = 0;
};

}  // namespace cnnbench
