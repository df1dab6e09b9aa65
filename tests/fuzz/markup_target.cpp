// Texts of unknown origin, zero bytes between them, in every place of a report that shows one, with numbers at the limits: markup
// that is well-formed and neither runs nor loads anything.
#include <limits>
#include <vector>

#include "cnnbench/core/safe_text.hpp"
#include "cnnbench/report/drawing.hpp"
#include "cnnbench/report/images.hpp"
#include "cnnbench/report/page.hpp"
#include "report/sample_results.hpp"
#include "report/svg.hpp"
#include "targets.hpp"
#include "well_formed.hpp"

namespace cnnbench::fuzz {
namespace {

using namespace report;

void require_well_formed(std::string_view markup) {
  const std::string fault = WellFormed::fault_of(markup);
  require(fault.empty(), fault);
}

class Source {
 public:
  explicit Source(Input in) : choose_(in) {
    std::string_view left = text_of(Choices::before(in));
    for (std::size_t end = left.find('\0'); end != std::string_view::npos && texts_.size() < 12; end = left.find('\0')) {
      texts_.emplace_back(left.substr(0, end));
      left.remove_prefix(end + 1);
    }
    texts_.emplace_back(left);
  }
  std::string text() { return texts_[next_++ % texts_.size()]; }
  double number() {
    constexpr std::array values{0.0, 1.0, -1.0, 42.5, 1e-300, 5e-324, 1e15, 1e308, -1e308, std::numeric_limits<double>::infinity()};
    return values[static_cast<std::size_t>(choose_.below(static_cast<int>(values.size())))];
  }
  std::optional<double> figure() { return choose_.below(5) == 0 ? std::nullopt : std::optional(number()); }
  int below(int count) { return choose_.below(count); }
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  Choices choose_;
  std::vector<std::string> texts_;
  std::size_t next_ = 0;
};

// Safe once is safe for good, in one line, no longer than asked for.
void safe(const std::string& text) {
  const std::string shown = safe_text(text, 40);
  require(is_utf8(shown) && length_of(shown) <= 41 && shown.find_first_of("\n\r\x1b") == std::string::npos,
          "a text that is not safe");
  require(safe_text(shown, 41) == shown, "a safe text that is made safe again");
  require(markup_text(text).find_first_of("<>\"'") == std::string::npos, "a text that means something in markup");
  require_well_formed("<p title=\"" + markup_text(text) + "\">" + markup_text(text) + "</p>");
}

Bar bar(Source& s) {
  Bar b{.value = s.figure(), .remark = s.text()};
  if (b.value && s.below(2) == 0) b.interval = Interval{*b.value, s.number()};
  return b;
}

Chart chart(Source& s) {
  switch (s.below(4)) {
    case 0:
      return BarChart{s.text(), s.text(), {s.text(), s.text()}, {{s.text(), {bar(s), bar(s)}}, {s.text(), {bar(s)}}}};
    case 1:
      return StackChart{s.text(), s.text(), {s.text(), s.text()}, {{s.text(), {s.figure(), s.figure()}}, {s.text(), {s.figure()}}}};
    case 2:
      return LineChart{.title = s.text(),
                       .x_label = s.text(),
                       .unit = s.text(),
                       .lines = {{s.text(), {{s.number(), s.figure()}, {s.number(), s.figure()}}},
                                 {s.text(), {{s.number(), s.figure()}}, 1, true}},
                       .whole_x = s.below(2) == 0};
    default:
      return HeatChart{s.text(), s.text(), s.text(), s.text(), {s.text(), s.text()}, {s.text()}, {{bar(s), bar(s)}}};
  }
}

void whole_report(Source& s) {
  Results all = sample_results();
  for (Row& row : all.rows) {
    row.model = s.text();
    row.device = s.text();
    row.cpu_info = s.text();
    row.verdict = s.text();
    row.taints = {s.text()};
    row.error = s.text();
    row.axes[s.text()] = s.text();
    row.samples_ips = {s.number(), s.number(), s.number()};
    row.images_per_j = s.figure();
    summarize(row);
  }
  for (NamedRun& run : all.runs) {
    run.name = s.text();
    run.result.experiment.name = s.text();
    run.result.device_name = s.text();
    run.result.epochs.front().loss = s.number();
  }
  const Report report = make_report(all);
  const std::string page = page_of(report, {.generated = s.text()});
  require_well_formed(page);
  require(page.size() < most_page_bytes, "a page that is too large");
  require(is_utf8(text_of(report)), "a report that is no text");
}

}  // namespace

bool markup(Input in) {
  Source s(in);
  for (const std::string& text : s.texts()) safe(text);
  if (s.below(16) == 1) {
    whole_report(s);
    return true;
  }
  const Chart c = chart(s);
  for (const double width : {narrow_width, wide_width}) {
    const Drawing drawing = lay_out(c, width);
    require_well_formed(svg_of(drawing, {.class_names = s.text()}));
    require_well_formed(svg_document(drawing));
  }
  return true;
}

}  // namespace cnnbench::fuzz
