// Turns the trainer's events into Keras' words: a live line on a terminal, one plain line per epoch elsewhere; and into
// log.txt with the field's grep line `step 10 images/sec: 425.3 +/- 1.2 (jitter = 2.4) loss: 0.693`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cnnbench/cli/console.hpp"
#include "cnnbench/train/api.hpp"

namespace cnnbench {

// The parts that need no terminal, for the tests and the dashboard. A live line is narrower than `columns`: on a narrow terminal
// what matters less is left out.
std::string live_line(const Stepped&, int columns);
std::string live_line(const Validating&, int columns);
std::string epoch_line(const EpochRow&, std::uint64_t steps, int columns = 0);  // no longer than `columns`; 0: any length
std::string setting_words(
    const Started&, int batch_size = 0);    // "float32, 2 compute threads, 1 loader worker, cache decoded"; batch_size 0: left out
std::string duration_text(double seconds);  // "8s", "1:15", "2:00:05"
// Images per second between two reports of an epoch; since the epoch began where there is no earlier one.
double speed_between(const std::optional<Stepped>& before, const Stepped& now);
double seconds_left(const Stepped&);                // of the epoch's steps
std::string progress_bar(double share, int cells);  // "[===>....]"; nothing where it would be narrower than 5 marks

// tf_cnn_benchmarks' figures over the speeds seen so far: mean, standard error, and jitter = 1.4826 x median absolute deviation.
struct StepSpeeds {
  std::vector<double> speeds;
  std::string line(std::uint64_t step, double loss) const;
};

enum class LiveLine { drawn, left_out };

class TrainView {
 public:
  // `log` gets every line, without the live ones; may be empty.
  TrainView(Console&, std::function<void(const std::string&)> log, LiveLine);
  void operator()(const Event&);

 private:
  void show(const Started&);
  void show(const EpochStarted&);
  void show(const Stepped&);
  void show(const Validating&);
  void show(const EpochDone&);
  void show(const Warned&);
  void both(const std::string& line);
  void redraw(const auto& event);

  Console& console_;
  std::function<void(const std::string&)> log_;
  LiveLine live_line_;
  StepSpeeds speeds_;
  std::optional<Stepped> last_;
};

}  // namespace cnnbench
