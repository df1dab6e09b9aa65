#include "dashboard_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "cnnbench/cli/cells.hpp"
#include "cnnbench/cli/train_view.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace {

constexpr int narrowest_label = 10;  // "Run 100 % "

std::string whole_percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

std::string gigabytes(double bytes) { return fmt::format("{:.1f} GB", bytes * 1e-9); }

// Its beginning that fits, cut at a comma.
std::string whole_words(const std::string& text, int cells) {
  if (cells_of(text) <= cells) return text;
  const std::size_t comma = std::string(cut_to(text, cells + 1)).rfind(", ");
  return comma == std::string::npos ? std::string(cut_to(text, cells)) : text.substr(0, comma);
}

void add_words(std::string& to, const std::string& words) { to += to.empty() ? words : ", " + words; }

std::string cpu_words(const TelemetrySample& t) {
  std::string words;
  if (t.process_cpu_pct) add_words(words, fmt::format("this program {:.0f} %", *t.process_cpu_pct));
  if (t.other_cpu_pct) add_words(words, fmt::format("others {:.0f} %", *t.other_cpu_pct));
  if (t.rss_bytes) add_words(words, gigabytes(*t.rss_bytes));
  return words;
}

std::string gpu_words(const TelemetrySample& t) {
  std::string words;
  if (t.gpu_temp_c) add_words(words, fmt::format("{:.0f} C", *t.gpu_temp_c));
  if (t.gpu_power_w) add_words(words, fmt::format("{:.0f} W", *t.gpu_power_w));
  if (t.gpu_sm_mhz) add_words(words, fmt::format("{:.0f} MHz", *t.gpu_sm_mhz));
  if (t.gpu_memory_bytes) add_words(words, gigabytes(*t.gpu_memory_bytes));
  return words;
}

// A column of the table of epochs. On a narrow screen the least important ones are left out.
struct EpochColumn {
  const char* name;
  int importance;
  std::string (*text)(const EpochRow&);
};

std::string four_digits(const std::optional<double>& value) { return value ? fmt::format("{:.4f}", *value) : "-"; }

constexpr std::string_view best_mark = " best";

constexpr std::array epoch_columns{
    EpochColumn{"epoch", 1, [](const EpochRow& r) { return fmt::format("{}", r.epoch); }},
    EpochColumn{"loss", 5, [](const EpochRow& r) { return four_digits(r.loss); }},
    EpochColumn{"accuracy", 3, [](const EpochRow& r) { return four_digits(r.accuracy); }},
    EpochColumn{"val_loss", 6, [](const EpochRow& r) { return four_digits(r.val_loss); }},
    EpochColumn{"val_accuracy", 2, [](const EpochRow& r) { return four_digits(r.val_accuracy); }},
    EpochColumn{"images/s", 4, [](const EpochRow& r) { return speed_text(r.images_per_second); }},
    EpochColumn{"wait", 8, [](const EpochRow& r) { return fmt::format("{:.0f} %", r.data_wait_pct); }},
    EpochColumn{"time", 7, [](const EpochRow& r) { return duration_text(r.seconds.wall); }},
};

int width_of(const EpochColumn& c) { return &c == epoch_columns.data() ? 6 : 2 + std::max(6, cells_of(c.name)); }

// The highest importance with which all columns up to it fit, and the mark of the best epoch.
int least_importance(int width) {
  int least = 0;
  width -= cells_of(best_mark);
  for (std::size_t i = 1; i <= epoch_columns.size(); ++i) {
    const auto column = std::find_if(epoch_columns.begin(), epoch_columns.end(),
                                     [i](const EpochColumn& c) { return c.importance == static_cast<int>(i); });
    width -= width_of(*column);
    if (width < 0) break;
    least = static_cast<int>(i);
  }
  return least;
}

}  // namespace

std::string DashboardBlocks::meter(double share, int cells) const {
  if (look_.script == Script::ascii) return progress_bar(share, cells);
  std::string out = bar(share, cells, look_.script);
  for (int left = cells - cells_of(out); left > 0; --left) out += "░";
  return out;
}

Line DashboardBlocks::title() const {
  const std::string network = s_.network == s_.name ? "" : fmt::format(" ({})", s_.network);
  return {{s_.name, Tone::strong}, {network}, {fmt::format(" on {} ({})", s_.started.device, s_.started.device_name)}};
}

Line DashboardBlocks::settings(int width) const {
  return {{whole_words(setting_words(s_.started, s_.batch_size), width), Tone::quiet}};
}

double DashboardBlocks::share_of_epoch() const {
  if (s_.validating || (!s_.epochs.empty() && s_.epochs.back().epoch == s_.epoch.epoch)) return 1;
  if (!s_.step || s_.step->epoch != s_.epoch.epoch || s_.step->steps == 0) return 0;
  return static_cast<double>(s_.step->step) / static_cast<double>(s_.step->steps);
}

std::string DashboardBlocks::epoch_label() const {
  return padded(fmt::format("Epoch {}/{} ", s_.epoch.epoch, s_.epoch.epochs), narrowest_label);
}

Line DashboardBlocks::epoch(int width) const {
  const bool stepped = s_.step && s_.step->epoch == s_.epoch.epoch;
  const std::string label = epoch_label();
  std::string count = fmt::format(" {}/{}", stepped ? s_.step->step : 0, s_.started.steps_per_epoch);
  if (s_.validating)
    count = fmt::format(" validating {}/{}", s_.validating->step, s_.validating->steps);
  else if (stepped)
    count += fmt::format(" - ETA {}", duration_text(seconds_left(*s_.step)));
  return {{label}, {meter(share_of_epoch(), width - cells_of(label) - cells_of(count)), Tone::accent}, {count}};
}

Line DashboardBlocks::run(int width) const {
  const int epochs = std::max(1, s_.epoch.epochs), done = std::max(0, s_.epoch.epoch - 1);
  const double share = std::min(1.0, (done + share_of_epoch()) / epochs), so_far = seconds_so_far();
  std::string count = fmt::format(" {} so far", duration_text(so_far));
  if (share > 0) count += fmt::format(", {} left", duration_text(so_far / share * (1 - share)));
  const std::string label = padded("Run " + whole_percent(share), cells_of(epoch_label()));
  return {{label}, {meter(share, width - cells_of(label) - cells_of(count)), Tone::accent}, {count}};
}

Line DashboardBlocks::figures(int width) const {
  if (s_.stopping) return {{"stopping: ends the step, validates, saves; Ctrl-C again leaves at once", Tone::warning}};
  if (!s_.step) return {};
  Line line{{fmt::format("loss: {:.4f} - accuracy: {:.4f}", s_.step->loss, s_.step->accuracy)},
            {fmt::format(" - data wait {:.0f} %", s_.step->data_wait_pct)}};
  if (cells_of(line) > width) line.pop_back();
  return line;
}

Line DashboardBlocks::short_speed(int width) const {
  if (s_.speeds.empty()) return {{"images/s -"}};
  const std::string label = fmt::format("images/s {} ", speed_text(s_.speeds.back()));
  std::span<const double> shown(s_.speeds);
  shown = shown.last(std::min(shown.size(), static_cast<std::size_t>(std::max(1, width / 2))));
  const auto [low, high] = std::minmax_element(shown.begin(), shown.end());
  const std::string range = fmt::format(" {} to {}", speed_text(*low), speed_text(*high));
  const int cells = std::min(static_cast<int>(shown.size()), width - cells_of(label) - cells_of(range));
  return {{label, Tone::strong}, {sparkline(shown, bounds_of(shown), cells, 1, look_.script)[0], Tone::accent}, {range}};
}

Lines DashboardBlocks::speed(int width, int rows) const {
  std::span<const double> shown(s_.speeds);
  shown = shown.last(std::min(shown.size(), static_cast<std::size_t>(std::max(1, width))));
  Lines out{{{"images/s", Tone::strong}}};
  if (!shown.empty()) {
    const auto [low, high] = std::minmax_element(shown.begin(), shown.end());
    out[0].push_back(
        {fmt::format("  {} now, lowest {}, highest {}", speed_text(shown.back()), speed_text(*low), speed_text(*high))});
  }
  for (std::string& row : sparkline(shown, bounds_of(shown), std::min(width, static_cast<int>(shown.size())), rows, look_.script))
    out.push_back({{std::move(row), Tone::accent}});
  return out;
}

std::vector<DashboardBlocks::Part> DashboardBlocks::parts() const {
  const double so_far = seconds_so_far();
  const auto share = [so_far](double seconds) { return so_far > 0 ? std::max(0.0, seconds / so_far) : 0; };
  std::vector<Part> out{{"data wait", share(s_.stages.queue_wait)}};
  if (s_.stages.forward && s_.stages.backward && s_.stages.optimizer) {
    out.push_back({"forward", share(*s_.stages.forward)});
    out.push_back({"backward", share(*s_.stages.backward)});
    out.push_back({"optimizer", share(*s_.stages.optimizer)});
  } else {  // a GPU, where the host only queues them
    const double waited = s_.stages.queue_wait - s_.finished.data_wait;
    out.push_back({"compute", share(s_.finished.compute + s_.epoch_seconds - waited)});
  }
  out.push_back({"evaluation", share(s_.stages.evaluate)});
  double rest = 1;
  for (const Part& part : out) rest -= part.share;
  out.push_back({"rest", so_far > 0 ? std::max(0.0, rest) : 0});
  return out;
}

Line DashboardBlocks::short_time(int width) const {
  std::vector<Part> largest = parts();
  std::stable_sort(largest.begin(), largest.end(), [](const Part& a, const Part& b) { return a.share > b.share; });
  Line line{{"time ", Tone::strong}};
  for (const Part& part : largest) {
    Piece piece{fmt::format("{}{} {}", line.size() > 1 ? ", " : "", part.label, whole_percent(part.share))};
    if (cells_of(line) + cells_of(piece.text) > width) break;
    line.push_back(std::move(piece));
  }
  return line;
}

Lines DashboardBlocks::time(int width) const {
  constexpr int before_bar = 18;
  Lines out;
  for (const Part& part : parts())
    out.push_back({{fmt::format("{:<10} {:>5}  ", part.label, whole_percent(part.share))},
                   {bar(part.share, width - before_bar, look_.script), Tone::accent}});
  const int workers = s_.started.workers;
  const double available = workers * seconds_so_far();
  const auto share = [available](double seconds) { return available > 0 ? 100 * seconds / available : 0; };
  const Stages& stages = s_.stages;
  out.push_back({{fmt::format("{} busy {:.0f} %: read {:.0f}, decode {:.0f}, augment {:.0f}", count_text(workers, "worker"),
                              share(stages.read + stages.decode + stages.augment), share(stages.read), share(stages.decode),
                              share(stages.augment)),
                  Tone::quiet}});
  return out;
}

Line DashboardBlocks::machine_line(const char* label, const std::vector<double>& samples, std::optional<double> now,
                                   const std::string& words, int spark_cells, int width) const {
  if (!now) return {{label, Tone::strong}, {words.empty() ? "      -" : "      -  " + words}};
  constexpr Bounds percents{0, 100};
  Line line{{label, Tone::strong}, {fmt::format(" {:>5}  ", whole_percent(*now / 100))}};
  if (spark_cells > 0) line.push_back({sparkline(samples, percents, spark_cells, 1, look_.script)[0] + "  ", Tone::accent});
  line.push_back({whole_words(words, width - cells_of(line))});
  return line;
}

Lines DashboardBlocks::machine(int width) const {
  static const TelemetrySample unknown;
  const TelemetrySample& t = s_.step && s_.step->telemetry ? *s_.step->telemetry : unknown;
  const std::string cpu = cpu_words(t), gpu = gpu_words(t);
  constexpr int around_spark = 13, widest_spark = 40, narrowest_spark = 5;
  int spark = std::min(widest_spark, width - around_spark - std::max(cells_of(cpu), cells_of(gpu)));
  if (spark < narrowest_spark) spark = 0;
  return {machine_line("CPU", s_.cpu, t.machine_cpu_pct, cpu, spark, width),
          machine_line("GPU", s_.gpu, t.gpu_util_pct, gpu, spark, width)};
}

Lines DashboardBlocks::epochs(int width, int rows) const {
  const int least = least_importance(width);
  const auto line_of = [&](const auto& text_of, Tone tone) {
    std::string line;
    for (const EpochColumn& c : epoch_columns)
      if (c.importance <= least) line += fmt::format("{:>{}}", text_of(c), width_of(c));
    return Line{{line, tone}};
  };
  Lines out{line_of([](const EpochColumn& c) { return std::string(c.name); }, Tone::quiet)};
  const auto add = [&](const EpochRow& row) {
    const bool best = s_.best && row.epoch == s_.best->epoch;
    out.push_back(line_of([&](const EpochColumn& c) { return c.text(row); }, best ? Tone::good : Tone::plain));
    if (best) out.back().push_back({std::string(best_mark), Tone::good});
  };
  const std::size_t shown = std::min(s_.epochs.size(), static_cast<std::size_t>(std::max(0, rows - 1)));
  std::size_t next = s_.epochs.size() - shown;
  if (s_.best && shown > 0 && s_.best->epoch < s_.epochs[next].epoch) {
    add(*s_.best);
    ++next;
  }
  for (; next < s_.epochs.size(); ++next) add(s_.epochs[next]);
  return out;
}

Line DashboardBlocks::curve(const char* label, std::optional<double> (*figure)(const EpochRow&), int width) const {
  constexpr int before_curve = 23;
  std::vector<double> values;
  for (const EpochRow& row : s_.epochs)
    if (const std::optional<double> value = figure(row)) values.push_back(*value);
  if (values.empty()) return {};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {{fmt::format("{:<13} {:>7}  ", label, four_digits(values.back()))},
          {sparkline(values, {*low, *high}, std::min(width - before_curve, static_cast<int>(values.size())), 1, look_.script)[0],
           Tone::accent}};
}

Lines DashboardBlocks::curves(int width) const {
  Lines out{curve(
                "loss", [](const EpochRow& r) { return std::optional(r.loss); }, width),
            curve(
                "val_loss", [](const EpochRow& r) { return r.val_loss; }, width),
            curve(
                "accuracy", [](const EpochRow& r) { return std::optional(r.accuracy); }, width),
            curve(
                "val_accuracy", [](const EpochRow& r) { return r.val_accuracy; }, width)};
  std::erase_if(out, [](const Line& line) { return line.empty(); });
  return out;
}

Lines DashboardBlocks::warnings(std::size_t most) const {
  Lines out;
  for (std::size_t i = s_.warnings.size() - std::min(most, s_.warnings.size()); i < s_.warnings.size(); ++i)
    out.push_back({{"warning:", Tone::warning}, {" " + s_.warnings[i]}});
  return out;
}

}  // namespace cnnbench
