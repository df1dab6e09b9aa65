#include "cnnbench/draw/preview_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/draw/caption.hpp"
#include "cnnbench/draw/text.hpp"

namespace cnnbench {
namespace {

constexpr int widest_thumbnail = 24, narrowest_thumbnail = 8;  // characters
constexpr std::size_t between_tiles = 2;

// On a narrow terminal smaller, so that a picture and one version of it stand side by side.
std::size_t thumbnail_width(int columns) {
  const int half = (columns - static_cast<int>(between_tiles)) / 2;
  return static_cast<std::size_t>(std::clamp(half, narrowest_thumbnail, widest_thumbnail));
}

struct Thumbnail {
  std::vector<std::string> blocks, words;
};

Thumbnail thumbnail(ImageView picture, std::size_t width, ColourDepth depth, std::vector<std::string> words) {
  const Canvas small = fitted(picture, square(static_cast<int>(width)));
  Thumbnail out{half_blocks(small, depth), std::move(words)};
  // One that is higher than wide keeps its column.
  for (std::string& line : out.blocks) line.append(width - static_cast<std::size_t>(small.size.width), ' ');
  return out;
}

// Thumbnails beside each other: their blocks from the top, the words below all of them.
std::string beside(const std::vector<Thumbnail>& row, std::size_t width) {
  std::size_t high = 0, lines = 0;
  for (const Thumbnail& t : row) {
    high = std::max(high, t.blocks.size());
    lines = std::max(lines, t.words.size());
  }
  std::string out;
  const std::size_t column = width + between_tiles;
  for (std::size_t y = 0; y < high; ++y) {
    std::string line;
    for (const Thumbnail& t : row) {
      if (&t != row.data()) line += std::string(between_tiles, ' ');  // none after the last: it must not wrap
      line += y < t.blocks.size() ? t.blocks[y] : std::string(width, ' ');
    }
    out += line + "\n";
  }
  for (std::size_t i = 0; i < lines; ++i) {
    std::string line;
    for (const Thumbnail& t : row)
      line += fmt::format("{:<{}}", i < t.words.size() ? fit_characters(t.words[i], width) : "", column);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace

std::string preview_thumbnails(const Preview& p, int columns, ColourDepth depth) {
  const std::size_t width = thumbnail_width(columns);
  const std::size_t fit =
      std::max(std::size_t{2}, (static_cast<std::size_t>(std::max(columns, 0)) + between_tiles) / (width + between_tiles));
  std::string out;
  std::size_t left_out = 0;
  for (const PreviewPicture& picture : p.pictures) {
    std::vector<Thumbnail> row{thumbnail({picture.original.data(), p.input}, width, depth, {picture.name, picture.class_name})};
    for (const PreviewVersion& v : picture.versions) {
      if (row.size() == fit) {
        left_out = std::max(left_out, picture.versions.size() + 1 - fit);
        break;
      }
      std::vector<std::string> words = draw_caption(p.augment, v.draw);
      words.insert(words.begin(), fmt::format("epoch {}", v.pass + 1));
      const std::vector<std::uint8_t> pixels = with_jitter(v.pixels, v.draw);
      row.push_back(thumbnail({pixels.data(), p.output}, width, depth, std::move(words)));
    }
    out += beside(row, width) + "\n";
  }
  if (left_out > 0) out += fmt::format("{} more versions of each: a wider terminal, or --export sheet.png\n", left_out);
  if (!out.empty()) out.pop_back();
  return out;
}

std::string preview_table(const Preview& p) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::size_t> widths;
  for (const PreviewPicture& picture : p.pictures)
    for (const PreviewVersion& v : picture.versions) {
      std::vector<std::string> row = draw_caption(p.augment, v.draw);
      if (row.empty()) row.push_back("unchanged");
      row.insert(row.begin(), fmt::format("epoch {}", v.pass + 1));
      row.push_back(printable(picture.name));
      widths.resize(std::max(widths.size(), row.size()));
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
      rows.push_back(std::move(row));
    }
  std::string out;
  for (const std::vector<std::string>& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) out += fmt::format("{:<{}}  ", row[i], widths[i]);
    out += row.back() + "\n";
  }
  if (!out.empty()) out.pop_back();
  return out;
}

}  // namespace cnnbench
