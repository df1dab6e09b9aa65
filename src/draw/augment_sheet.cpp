#include "cnnbench/draw/augment_sheet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/draw/caption.hpp"
#include "palette.hpp"

namespace cnnbench {
namespace {

constexpr int wanted_side = 192, largest_side = 512;  // of a tile, pixels
constexpr int augment_header_height = 78, below_picture = 8, between_rows = 20;
constexpr int least_column = 120, least_width = 560;  // so that names and the words on top have room

std::string heading_of(const PreviewVersion& version) { return fmt::format("epoch {}", version.pass + 1); }

// Its folder is its class, which has a line of its own.
std::string file_of(const PreviewPicture& picture) { return picture.name.substr(picture.name.rfind('/') + 1); }

std::size_t most_versions(const Preview& p) {
  std::size_t most = 0;
  for (const PreviewPicture& picture : p.pictures) most = std::max(most, picture.versions.size());
  return most;
}

Canvas tile_of(const SheetScale& scale, ImageView picture) {
  return scale.ratio < 1 ? fitted(picture, scale.shown(picture.size)) : enlarged(picture, scale.factor);
}

std::string subtitle(const Preview& p, const SheetScale& scale) {
  std::string text =
      fmt::format("seed {}, {} training pictures of {}x{}", p.seed, p.pictures.size(), p.input.width, p.input.height);
  if (p.output != p.input) text += fmt::format(", cropped to {}x{}", p.output.width, p.output.height);
  if (scale.ratio < 1)
    text += ", shown smaller";
  else if (scale.factor > 1)
    text += fmt::format(", each pixel shown as {}x{}", scale.factor, scale.factor);
  if (p.augment.standardize) text += ", before standardization";
  return text;
}

}  // namespace

ImageSize SheetScale::shown(ImageSize picture) const {
  if (ratio >= 1) return {picture.height * factor, picture.width * factor};
  const auto shrunk = [this](int side) { return std::max(1, static_cast<int>(std::lround(side * ratio))); };
  return {shrunk(picture.height), shrunk(picture.width)};
}

SheetScale sheet_scale(ImageSize input) {
  const int side = std::max(input.width, input.height);
  if (side > largest_side) return {.ratio = static_cast<double>(largest_side) / side};
  return {.factor = std::max(1, static_cast<int>(std::lround(static_cast<double>(wanted_side) / side)))};
}

Box AugmentSheetLayout::tile(std::size_t row, std::size_t column) const {
  const ImageSize shown = column == 0 ? original : version;
  const int x = column == 0 ? left : left + first_column + (static_cast<int>(column) - 1) * other_columns;
  return {x, top + static_cast<int>(row) * row_height, shown.width, shown.height};
}

AugmentSheetLayout lay_out(const Preview& p) {
  using namespace palette;
  AugmentSheetLayout layout{.scale = sheet_scale(p.input), .top = margin + augment_header_height, .left = margin};
  layout.original = layout.scale.shown(p.input);
  layout.version = layout.scale.shown(p.output);
  int widest = 0, lines = 0;
  for (const PreviewPicture& picture : p.pictures)
    for (const PreviewVersion& version : picture.versions) {
      const std::vector<std::string> caption = draw_caption(p.augment, version.draw);
      lines = std::max(lines, static_cast<int>(caption.size()));
      widest = std::max(widest, text_width(heading_of(version), heading));
      for (const std::string& words : caption) widest = std::max(widest, text_width(words, body));
    }
  layout.first_column = std::max(layout.original.width, least_column) + gap;
  layout.other_columns = std::max(layout.version.width, widest) + gap;
  layout.row_height = std::max(layout.original.height + 2 * line_height, layout.version.height + lines * line_height) +
                      below_picture + between_rows;
  const auto columns = static_cast<std::int64_t>(most_versions(p)), rows = static_cast<std::int64_t>(p.pictures.size());
  const std::int64_t width = 2 * margin + layout.first_column + columns * layout.other_columns - gap,
                     height = layout.top + rows * layout.row_height - between_rows + margin;
  check_sheet(width, height, "lower --count or --versions");
  layout.size = {static_cast<int>(height), std::max(static_cast<int>(width), least_width)};
  return layout;
}

Canvas augment_sheet(const Preview& p) {
  using namespace palette;
  const AugmentSheetLayout layout = lay_out(p);
  Canvas sheet(layout.size, ground);
  const int room = layout.size.width - 2 * margin;
  put_text(sheet, margin, margin + title.height, fit_text(fmt::format("{}: augmentation", p.name), room, title), title);
  put_text(sheet, margin, margin + title.height + 20, fit_text(subtitle(p, layout.scale), room, small), small);

  const auto write_below = [&sheet](Box tile, int line, const std::string& words, int width, const TextStyle& style) {
    const int baseline = tile.y + tile.height + below_picture + style.height + line * line_height;
    put_text(sheet, tile.x, baseline, fit_text(words, width, style), style);
  };
  for (std::size_t row = 0; row < p.pictures.size(); ++row) {
    const PreviewPicture& picture = p.pictures[row];
    const Box original = layout.tile(row, 0);
    if (row == 0) put_text(sheet, original.x, layout.top - below_picture, "original", heading);
    paste(sheet, original.x, original.y, tile_of(layout.scale, {picture.original.data(), p.input}));
    write_below(original, 0, file_of(picture), layout.first_column - gap, body);
    write_below(original, 1, picture.class_name, layout.first_column - gap, small);
    for (std::size_t v = 0; v < picture.versions.size(); ++v) {
      const PreviewVersion& version = picture.versions[v];
      const Box tile = layout.tile(row, v + 1);
      if (row == 0) put_text(sheet, tile.x, layout.top - below_picture, heading_of(version), heading);
      const std::vector<std::uint8_t> pixels = with_jitter(version.pixels, version.draw);
      paste(sheet, tile.x, tile.y, tile_of(layout.scale, {pixels.data(), p.output}));
      const std::vector<std::string> caption = draw_caption(p.augment, version.draw);
      for (std::size_t i = 0; i < caption.size(); ++i)
        write_below(tile, static_cast<int>(i), caption[i], layout.other_columns - gap, body);
    }
  }
  return sheet;
}

}  // namespace cnnbench
