#include "cnnbench/cli/train_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/measure/statistics.hpp"

namespace cnnbench {
namespace {

std::string gpu_words(const std::optional<double>& util, const std::optional<double>& temp, const std::optional<double>& power) {
  std::string text;
  if (util) text += fmt::format(" - GPU {:.0f} %", *util);
  if (temp) text += fmt::format(" {:.0f} C", *temp);
  if (power) text += fmt::format(" {:.0f} W", *power);
  return text;
}

std::string duration(double seconds) {
  const auto s = static_cast<long>(std::lround(seconds));
  if (s < 60) return fmt::format("{}s", s);
  if (s < 3600) return fmt::format("{}:{:02}", s / 60, s % 60);
  return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

}  // namespace

std::string live_line(const Stepped& s, int columns) {
  const double share = s.steps == 0 ? 0 : static_cast<double>(s.step) / static_cast<double>(s.steps);
  const double left = share > 0 ? s.seconds / share * (1 - share) : 0;
  std::string text = fmt::format(" - ETA {} - loss: {:.4f} - accuracy: {:.4f} - {:.0f} images/s - data wait {:.0f} %",
                                 duration(left), s.loss, s.accuracy, s.images_per_second, s.data_wait_pct);
  if (s.telemetry) {
    if (s.telemetry->machine_cpu_pct) text += fmt::format(" - CPU {:.0f} %", *s.telemetry->machine_cpu_pct);
    text += gpu_words(s.telemetry->gpu_util_pct, s.telemetry->gpu_temp_c, s.telemetry->gpu_power_w);
  }
  const std::string count = fmt::format("{}/{} ", s.step, s.steps);
  const int room = std::min(30, columns - 3 - static_cast<int>(count.size() + text.size()));
  if (room < 5) return count + text;
  const int filled = static_cast<int>(share * room);
  const std::string bar = filled >= room ? std::string(static_cast<std::size_t>(room), '=')
                                         : std::string(static_cast<std::size_t>(filled), '=') + '>' +
                                               std::string(static_cast<std::size_t>(room - filled - 1), '.');
  return fmt::format("{}[{}]{}", count, bar, text);
}

std::string epoch_line(const EpochRow& row, std::uint64_t steps) {
  std::string text = fmt::format("{}/{} - {} - loss: {:.4f} - accuracy: {:.4f}", row.steps, steps, duration(row.seconds.wall),
                                 row.loss, row.accuracy);
  if (row.val_loss) text += fmt::format(" - val_loss: {:.4f}", *row.val_loss);
  if (row.val_accuracy) text += fmt::format(" - val_accuracy: {:.4f}", *row.val_accuracy);
  text += fmt::format(" - {:.0f} images/s - data wait {:.0f} %", row.images_per_second, row.data_wait_pct);
  if (row.telemetry.machine_cpu_pct) text += fmt::format(" - CPU {:.0f} %", *row.telemetry.machine_cpu_pct);
  return text + gpu_words(row.telemetry.gpu_util_pct, row.telemetry.gpu_temp_c, row.telemetry.gpu_power_w);
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

TrainView::TrainView(Console& console, std::function<void(const std::string&)> log) : console_(console), log_(std::move(log)) {}

void TrainView::operator()(const Event& event) {
  std::visit([this](const auto& e) { show(e); }, event);
}

void TrainView::both(const std::string& line) {
  console_.say(line);
  if (log_) log_(line);
}

void TrainView::show(const Started& s) {
  both(fmt::format("Training on {} ({}), {}, {} compute threads, {} loader workers, cache {}{}{}", s.device, s.device_name,
                   s.precision, s.threads, s.workers, s.cache, s.augment_on == "device" ? ", augmentation on the device" : "",
                   s.graph ? ", CUDA graph" : ""));
}

void TrainView::show(const EpochStarted& e) {
  both(fmt::format("Epoch {}/{}", e.epoch, e.epochs));
  last_seconds_ = last_pictures_ = 0;
}

void TrainView::show(const Stepped& s) {
  console_.redraw(live_line(s, console_.columns()));
  const double pictures = s.images_per_second * s.seconds;
  if (s.seconds > last_seconds_) speeds_.speeds.push_back((pictures - last_pictures_) / (s.seconds - last_seconds_));
  last_seconds_ = s.seconds;
  last_pictures_ = pictures;
  const std::string line = speeds_.line(s.step, s.loss);
  if (log_) log_(line);
  if (console_.verbose() && !console_.live()) console_.say(line);
}

void TrainView::show(const EpochDone& e) { both(epoch_line(e.row, e.row.steps)); }

void TrainView::show(const Warned& w) {
  console_.warn(w.text);
  if (log_) log_("warning: " + w.text);
}

}  // namespace cnnbench
