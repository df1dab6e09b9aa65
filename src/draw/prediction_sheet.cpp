#include "cnnbench/draw/prediction_sheet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cnnbench/data/decode.hpp"
#include "cnnbench/data/folder.hpp"
#include "cnnbench/draw/confusion_table.hpp"
#include "cnnbench/draw/mark.hpp"
#include "palette.hpp"

namespace cnnbench {
namespace {

constexpr int frame = 5, side = prediction_picture.width + 2 * frame;
constexpr int column_width = side + palette::gap, prediction_header_height = 62, bar_height = 7;
constexpr int text_height = 64, unscaled_height = 50;  // below a picture
constexpr int least_columns = 5, most_columns = 8;     // the tables want some width

bool shows_unscaled(const PredictionSheet& sheet) {
  return std::any_of(sheet.tiles.begin(), sheet.tiles.end(), [](const PredictionTile& t) { return t.answer.unscaled.has_value(); });
}

std::optional<Mark> mark_of(const Answer& answer, const Guess& guess) {
  if (!answer.truth) return std::nullopt;
  return guess.label == *answer.truth ? Mark::right : Mark::wrong;
}

Rgb colour_of(std::optional<Mark> mark) { return mark ? mark_colour(*mark) : palette::neutral; }

// "dog 98.3 %", where it is the class that gives way when there is no room; and a bar of that length below.
void put_guess(Canvas& sheet, int x, int y, const std::string& before, const std::string& name, const Guess& guess,
               std::optional<Mark> mark, const TextStyle& style) {
  using namespace palette;
  const std::string share = fmt::format(" {:.1f} %", 100 * guess.probability);
  const int room = side - text_width(before + share, style) - 2;
  put_text(sheet, x, y + style.height, before + fit_text(name, room, style) + share, style);
  const Box bar{x, y + style.height + 6, side, bar_height};
  fill_box(sheet, bar, line);
  fill_box(sheet, {bar.x, bar.y, static_cast<int>(std::lround(std::clamp(guess.probability, 0.0, 1.0) * side)), bar.height},
           colour_of(mark));
}

void put_tile(Canvas& sheet, const PredictionSheet& what, const PredictionTile& tile, Box box) {
  using namespace palette;
  const Answer& answer = tile.answer;
  const std::optional<Mark> mark = mark_of(answer, answer.guess);
  fill_box(sheet, box, {235, 235, 239});
  const ImageSize size = tile.picture.size;
  paste(sheet, box.x + (box.width - size.width) / 2, box.y + (box.height - size.height) / 2, tile.picture);
  frame_box(sheet, box, frame, colour_of(mark));
  if (mark) put_mark(sheet, {box.x, box.y, 26, 26}, *mark);

  int y = box.y + box.height + 8;
  put_guess(sheet, box.x, y, "", what.class_names[answer.guess.label], answer.guess, mark, heading);
  y += heading.height + bar_height + 13;
  std::string below = std::filesystem::path(answer.file).filename().string();
  if (answer.wrong()) below = fmt::format("is {}: {}", what.class_names[*answer.truth], below);
  put_text(sheet, box.x, y + small.height, fit_text(below, side, small), small);
  if (!answer.unscaled) return;
  y += line_height + 6;
  const std::optional<Mark> without = mark_of(answer, *answer.unscaled);
  const int aside = without ? 19 : 0;
  if (without) put_mark(sheet, {box.x, y - 2, 14, 14}, *without);
  put_text(sheet, box.x + aside, y + small.height, "without 1/255:", small);
  put_guess(sheet, box.x, y + line_height + 1, "", what.class_names[answer.unscaled->label], *answer.unscaled, without, body);
}

}  // namespace

Box PredictionLayout::picture(std::size_t i) const {
  const int column = static_cast<int>(i % static_cast<std::size_t>(columns)),
            row = static_cast<int>(i / static_cast<std::size_t>(columns));
  return {palette::margin + column * column_width, palette::margin + prediction_header_height + row * tile_height, side, side};
}

PredictionLayout lay_out(const PredictionSheet& sheet) {
  using namespace palette;
  const auto count = static_cast<std::int64_t>(sheet.tiles.size());
  PredictionLayout layout;
  layout.columns =
      std::clamp(static_cast<int>(std::ceil(std::sqrt(1.6 * static_cast<double>(count)))), least_columns, most_columns);
  layout.tile_height = side + text_height + (shows_unscaled(sheet) ? unscaled_height : 0) + 6;
  const std::int64_t rows = (count + layout.columns - 1) / layout.columns;
  const std::int64_t width = 2 * margin + layout.columns * column_width - gap,
                     height = margin + prediction_header_height + rows * layout.tile_height + 12;
  check_sheet(width, height, "lower --sheet-count");
  layout.size = {static_cast<int>(height), static_cast<int>(width)};
  return layout;
}

Canvas prediction_sheet(const PredictionSheet& what) {
  using namespace palette;
  const PredictionLayout layout = lay_out(what);
  const int room = layout.size.width - 2 * margin;
  std::vector<Canvas> tables;
  if (what.confusion)
    tables.push_back(confusion_table(*what.confusion, what.class_names,
                                     fmt::format("{} of {} right: {:.1f} %", what.confusion->right(), what.confusion->pictures(),
                                                 100 * what.confusion->accuracy()),
                                     room));
  if (what.unscaled)
    tables.push_back(confusion_table(*what.unscaled, what.class_names,
                                     fmt::format("without the 1/255 of training: {} of {} right: {:.1f} %", what.unscaled->right(),
                                                 what.unscaled->pictures(), 100 * what.unscaled->accuracy()),
                                     room));
  std::int64_t width = layout.size.width, height = layout.size.height;
  for (const Canvas& table : tables) {
    width = std::max<std::int64_t>(width, table.size.width + 2 * margin);
    height += table.size.height + margin;
  }
  check_sheet(width, height, "lower --sheet-count");
  Canvas sheet({static_cast<int>(height), static_cast<int>(width)}, ground);
  put_text(sheet, margin, margin + title.height, fit_text(what.title, room, title), title);
  put_text(sheet, margin, margin + title.height + 20, fit_text(what.subtitle, room, small), small);
  for (std::size_t i = 0; i < what.tiles.size(); ++i) put_tile(sheet, what, what.tiles[i], layout.picture(i));
  int y = layout.size.height;
  for (const Canvas& table : tables) {
    paste(sheet, margin, y, table);
    y += table.size.height + margin;
  }
  return sheet;
}

Canvas picture_thumbnail(const std::string& file, ImageSize box) {
  Bytes stored;
  read_picture_file(file, file, stored);
  Canvas out(fitted_size(read_picture_header(stored, file).size, box), {});
  decode_picture(stored, file, {.interpolation = Interpolation::area, .mode = DecodeMode::fast}, {out.pixels.data(), out.size});
  return out;
}

}  // namespace cnnbench
