#include "cnnbench/cli/train_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/measure/statistics.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace {

std::string gpu_words(const std::optional<double>& util, const std::optional<double>& temp, const std::optional<double>& power) {
  std::string text;
  if (util) text += fmt::format(" - GPU {:.0f} %", *util);
  if (temp) text += fmt::format(" {:.0f} C", *temp);
  if (power) text += fmt::format(" {:.0f} W", *power);
  return text;
}

constexpr int widest_bar = 30, narrowest_bar = 10;  // marks; the live line gives up less important words before it

// A piece of the live line, in the order of reading; the least important ones are left out first.
struct LinePart {
  int importance;
  std::string text;
};

std::vector<LinePart> pieces_of(const Stepped& s) {
  std::vector<LinePart> pieces{{1, fmt::format(" - ETA {}", duration_text(seconds_left(s)))},
                               {3, fmt::format(" - loss: {:.4f}", s.loss)},
                               {5, fmt::format(" - accuracy: {:.4f}", s.accuracy)},
                               {2, " - " + speed_text(s.images_per_second) + " images/s"},
                               {6, fmt::format(" - data wait {:.0f} %", s.data_wait_pct)}};
  if (!s.telemetry) return pieces;
  const TelemetrySample& t = *s.telemetry;
  if (t.machine_cpu_pct) pieces.push_back({7, fmt::format(" - CPU {:.0f} %", *t.machine_cpu_pct)});
  if (std::string gpu = gpu_words(t.gpu_util_pct, t.gpu_temp_c, t.gpu_power_w); !gpu.empty()) pieces.push_back({8, std::move(gpu)});
  return pieces;
}

double share_of(std::uint64_t step, std::uint64_t steps) {
  return steps == 0 ? 0 : static_cast<double>(step) / static_cast<double>(steps);
}

}  // namespace

std::string duration_text(double seconds) {
  const auto s = static_cast<long>(std::lround(seconds));
  if (s < 60) return fmt::format("{}s", s);
  if (s < 3600) return fmt::format("{}:{:02}", s / 60, s % 60);
  return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

double speed_between(const std::optional<Stepped>& before, const Stepped& now) {
  if (!before || before->epoch != now.epoch || now.seconds <= before->seconds) return now.images_per_second;
  const double pictures = now.images_per_second * now.seconds - before->images_per_second * before->seconds;
  return pictures / (now.seconds - before->seconds);
}

double seconds_left(const Stepped& s) {
  const double share = share_of(s.step, s.steps);
  return share > 0 ? s.seconds / share * (1 - share) : 0;
}

std::string progress_bar(double share, int cells) {
  const int room = cells - 2;
  if (room < 5) return "";
  const int filled = std::clamp(static_cast<int>(share * room), 0, room);
  if (filled == room) return fmt::format("[{:=<{}}]", "", room);
  return fmt::format("[{:=<{}}>{:.<{}}]", "", filled, "", room - filled - 1);
}

std::string live_line(const Stepped& s, int columns) {
  constexpr int bar_importance = 4, bar_around = 3;  // a space and the brackets
  const std::string count = fmt::format("{}/{}", s.step, s.steps);
  const std::vector<LinePart> pieces = pieces_of(s);
  int room = columns - 1 - static_cast<int>(count.size()), least = 0, bar_room = 0;
  for (int importance = 1; importance <= 8; ++importance) {
    if (importance == bar_importance && room >= narrowest_bar + bar_around) room -= bar_room = narrowest_bar + bar_around;
    const auto piece = std::find_if(pieces.begin(), pieces.end(), [&](const LinePart& p) { return p.importance == importance; });
    if (piece == pieces.end()) continue;
    room -= static_cast<int>(piece->text.size());
    if (room < 0) {
      room += static_cast<int>(piece->text.size());
      break;
    }
    least = importance;
  }
  std::string line = count;
  if (bar_room > 0) line += " " + progress_bar(share_of(s.step, s.steps), std::min(widest_bar + 2, bar_room - 1 + room));
  for (const LinePart& piece : pieces)
    if (piece.importance <= least) line += piece.text;
  return line;
}

std::string live_line(const Validating& v, int columns) {
  const std::string count = fmt::format("validating {}/{} ", v.step, v.steps);
  return count + progress_bar(share_of(v.step, v.steps), std::min(widest_bar + 2, columns - 1 - static_cast<int>(count.size())));
}

std::string setting_words(const Started& s, int batch_size) {
  return fmt::format(
      "{}, {}, {}, cache {}{}{}{}{}", s.precision, count_text(s.threads, "compute thread"), count_text(s.workers, "loader worker"),
      s.cache, s.augment_on == "device" ? ", augmentation on the device" : "", s.graph ? ", CUDA graph" : "",
      batch_size > 0 ? fmt::format(", batch {}", batch_size) : "", s.convolution.empty() ? "" : ", convolution " + s.convolution);
}

std::string epoch_line(const EpochRow& row, std::uint64_t steps, int columns) {
  std::vector<LinePart> pieces{{3, fmt::format(" - loss: {:.4f}", row.loss)},
                               {5, fmt::format(" - accuracy: {:.4f}", row.accuracy)}};
  if (row.val_loss) pieces.push_back({4, fmt::format(" - val_loss: {:.4f}", *row.val_loss)});
  if (row.val_accuracy) pieces.push_back({1, fmt::format(" - val_accuracy: {:.4f}", *row.val_accuracy)});
  pieces.push_back({2, " - " + speed_text(row.images_per_second) + " images/s"});
  pieces.push_back({6, fmt::format(" - data wait {:.0f} %", row.data_wait_pct)});
  const TelemetrySummary& t = row.telemetry;
  if (t.machine_cpu_pct) pieces.push_back({7, fmt::format(" - CPU {:.0f} %", *t.machine_cpu_pct)});
  if (std::string gpu = gpu_words(t.gpu_util_pct, t.gpu_temp_c, t.gpu_power_w); !gpu.empty()) pieces.push_back({8, std::move(gpu)});
  std::string line = fmt::format("{}/{} - {}", row.steps, steps, duration_text(row.seconds.wall));
  std::size_t length = line.size();
  for (const LinePart& piece : pieces) length += piece.text.size();
  for (int importance = 8; importance > 1 && columns > 0 && length > static_cast<std::size_t>(columns); --importance)
    std::erase_if(pieces, [&](const LinePart& p) {
      if (p.importance == importance) length -= p.text.size();
      return p.importance == importance;
    });
  for (const LinePart& piece : pieces) line += piece.text;
  return line;
}

std::string StepSpeeds::line(std::uint64_t step, double loss) const {
  double mean = 0, squares = 0;
  for (const double s : speeds) mean += s / static_cast<double>(speeds.size());
  for (const double s : speeds) squares += (s - mean) * (s - mean);
  const double error = std::sqrt(squares) / static_cast<double>(speeds.size());
  std::vector<double> deviations;
  const double middle = median(speeds);
  for (const double s : speeds) deviations.push_back(std::abs(s - middle));
  return fmt::format("step {} images/sec: {:.1f} +/- {:.1f} (jitter = {:.1f}) loss: {:.3f}", step, mean, error,
                     1.4826 * median(deviations), loss);
}

TrainView::TrainView(Console& console, std::function<void(const std::string&)> log, LiveLine live_line)
    : console_(console), log_(std::move(log)), live_line_(live_line) {}

void TrainView::operator()(const Event& event) {
  std::visit([this](const auto& e) { show(e); }, event);
}

void TrainView::both(const std::string& line) {
  console_.say(line);
  if (log_) log_(line);
}

void TrainView::redraw(const auto& event) {
  if (live_line_ == LiveLine::drawn) console_.redraw(live_line(event, console_.columns()));
}

void TrainView::show(const Started& s) { both(fmt::format("Training on {} ({}), {}", s.device, s.device_name, setting_words(s))); }

void TrainView::show(const EpochStarted& e) {
  both(fmt::format("Epoch {}/{}{}", e.epoch, e.epochs, e.steps_done > 0 ? fmt::format(", from step {} on", e.steps_done + 1) : ""));
}

void TrainView::show(const Stepped& s) {
  redraw(s);
  speeds_.speeds.push_back(speed_between(last_, s));
  last_ = s;
  const std::string line = speeds_.line(s.step, s.loss);
  if (log_) log_(line);
  if (console_.verbose() && !console_.live()) console_.say(line);
}

void TrainView::show(const Validating& v) { redraw(v); }

void TrainView::show(const EpochDone& e) {
  console_.say(epoch_line(e.row, e.row.steps, live_line_ == LiveLine::drawn && console_.live() ? console_.columns() : 0));
  if (log_) log_(epoch_line(e.row, e.row.steps));
}

void TrainView::show(const Warned& w) {
  console_.warn(w.text);
  if (log_) log_("warning: " + w.text);
}

}  // namespace cnnbench
