#include "cnnbench/draw/confusion_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "palette.hpp"

namespace cnnbench {
namespace {

constexpr int cell_height = 26, least_cell = 52, widest_name = 110, score_width = 84, title_height = 36, between = 48;
constexpr std::size_t most_score_rows = 40;

// From the ground towards a colour; counts stay legible on the darkest.
Rgb shade(Rgb colour, double share) {
  const auto mix = [share](int from, int to) { return static_cast<std::uint8_t>(from + (to - from) * 0.55 * share); };
  const Rgb g = palette::ground;
  return {mix(g.r, colour.r), mix(g.g, colour.g), mix(g.b, colour.b)};
}

void put_right(Canvas& canvas, int right, int baseline, const std::string& text, const TextStyle& style) {
  put_text(canvas, right - text_width(text, style), baseline, text, style);
}

void put_centred(Canvas& canvas, int centre, int baseline, const std::string& text, const TextStyle& style) {
  put_text(canvas, centre - text_width(text, style) / 2, baseline, text, style);
}

int name_width(const std::vector<std::string>& names) {
  int widest = 0;
  for (const std::string& name : names) widest = std::max(widest, text_width(fit_text(name, widest_name)));
  return widest;
}

Canvas matrix(const Confusion& confusion, const std::vector<std::string>& names) {
  using namespace palette;
  std::uint64_t largest = 0;
  for (const auto& row : confusion.counts) largest = std::max(largest, *std::max_element(row.begin(), row.end()));
  const int wide = name_width(names), count = static_cast<int>(names.size());
  const int cell = std::max({least_cell, wide + 14, text_width(fmt::format("{}", largest)) + 14});
  const int label = std::max(wide, text_width("is", heading)) + 14;
  Canvas out({cell_height * (count + 2) + 1, label + cell * count + 1}, ground);
  put_text(out, label, 15, "predicted", small);
  put_text(out, 0, cell_height + 17, "is", small);
  for (int i = 0; i < count; ++i) {
    const auto truth = static_cast<std::size_t>(i);
    const int y = (i + 2) * cell_height;
    put_centred(out, label + i * cell + cell / 2, cell_height + 17, fit_text(names[truth], widest_name), body);
    put_text(out, 0, y + 17, fit_text(names[truth], widest_name), body);
    const std::vector<std::uint64_t>& row = confusion.counts[truth];
    const double all = std::max(1.0, static_cast<double>(std::accumulate(row.begin(), row.end(), std::uint64_t{0})));
    for (int k = 0; k < count; ++k) {
      const std::uint64_t n = row[static_cast<std::size_t>(k)];
      const Box box{label + k * cell, y, cell + 1, cell_height + 1};
      fill_box(out, box, shade(i == k ? right : wrong, static_cast<double>(n) / all));
      frame_box(out, box, 1, line);
      put_centred(out, box.x + cell / 2, y + 17, fmt::format("{}", n), n == 0 ? small : i == k ? heading : body);
    }
  }
  return out;
}

std::string percent(const std::optional<double>& share) { return share ? fmt::format("{:.1f} %", 100 * *share) : "-"; }

Canvas scores(const Confusion& confusion, const std::vector<std::string>& names) {
  using namespace palette;
  std::vector<std::size_t> rows(names.size());
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<ClassScores> all;
  for (const std::size_t i : rows) all.push_back(scores_of(confusion, i));
  const bool cut = rows.size() > most_score_rows;
  if (cut) {
    std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) { return all[a].pictures > all[b].pictures; });
    rows.resize(most_score_rows);
  }
  const int label = name_width(names) + 14, high = static_cast<int>(rows.size()) + 2 + (cut ? 1 : 0);
  Canvas out({cell_height * high, label + 4 * score_width}, ground);
  const auto write = [&](int row, const std::string& name, const std::vector<std::string>& values, const TextStyle& style) {
    const int baseline = row * cell_height + 17;
    put_text(out, 0, baseline, fit_text(name, widest_name, style), style);
    for (std::size_t i = 0; i < values.size(); ++i)
      put_right(out, label + static_cast<int>(i + 1) * score_width, baseline, values[i], style);
  };
  write(1, "class", {"pictures", "precision", "recall", "F1"}, small);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ClassScores& s = all[rows[i]];
    const int row = static_cast<int>(i) + 2;
    fill_box(out, {0, row * cell_height, out.size.width, 1}, line);
    write(row, names[rows[i]], {fmt::format("{}", s.pictures), percent(s.precision), percent(s.recall), percent(s.f1)}, body);
  }
  if (cut) write(high - 1, fmt::format("and {} more", names.size() - rows.size()), {}, small);
  return out;
}

}  // namespace

Canvas confusion_table(const Confusion& confusion, const std::vector<std::string>& names, const std::string& title_text,
                       int width) {
  using namespace palette;
  const Canvas right_part = scores(confusion, names);
  const Canvas left_part = names.size() <= most_matrix_classes ? matrix(confusion, names) : Canvas({1, 1}, ground);
  const bool beside = left_part.size.width + between + right_part.size.width <= width;
  const int x = beside && left_part.size.width > 1 ? left_part.size.width + between : 0;
  const int y = title_height + (beside ? 0 : left_part.size.height);
  const int wide = std::max({width, left_part.size.width, x + right_part.size.width});
  Canvas out({std::max(title_height + left_part.size.height, y + right_part.size.height), wide}, ground);
  put_text(out, 0, title.height + 3, fit_text(title_text, wide, title), title);
  paste(out, 0, title_height, left_part);
  paste(out, x, y, right_part);
  return out;
}

}  // namespace cnnbench
