#include "cnnbench/draw/text.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace cnnbench {
namespace {

constexpr int oversampling = 4;
constexpr int font = cv::FONT_HERSHEY_SIMPLEX;
constexpr double capital_height = 21;  // of that font at scale 1, pixels

struct Strokes {
  double scale = 1;
  int thickness = 1;
};

// On the oversampled mask. About a ninth of the letters' height is what a regular printed face has; bold has half as much again.
Strokes strokes(const TextStyle& style) {
  const double height = oversampling * style.height;
  return {height / capital_height, std::max(1, static_cast<int>(std::lround(height / (style.bold ? 5.5 : 8))))};
}

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; }

std::size_t code_point_length(std::string_view rest) {
  const auto lead = static_cast<unsigned char>(rest[0]);
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  if (length > rest.size()) return 1;
  for (std::size_t i = 1; i < length; ++i)
    if (!continues(rest[i])) return 1;
  return length;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const bool ascii = text[0] >= ' ' && text[0] <= '~';
    out += ascii ? text[0] : '?';
    text.remove_prefix(code_point_length(text));
  }
  return out;
}

int text_width(std::string_view text, const TextStyle& style) {
  const Strokes s = strokes(style);
  const int wide = cv::getTextSize(std::string(text), font, s.scale, s.thickness, nullptr).width;
  return (wide + oversampling - 1) / oversampling;
}

std::string fit_text(std::string_view text, int width, const TextStyle& style) {
  std::string out = printable(text);
  if (text_width(out, style) <= width) return out;
  // Longer beginnings are wider, so the longest that fits is found by halving; a hostile name may be long.
  std::size_t fits = 0, too_long = out.size() + 1;
  while (fits + 1 < too_long) {
    const std::size_t middle = (fits + too_long) / 2;
    (text_width(out.substr(0, middle - 1) + "...", style) <= width ? fits : too_long) = middle;
  }
  return fits == 0 ? "" : out.substr(0, fits - 1) + "...";
}

std::string fit_characters(std::string_view text, std::size_t count) {
  std::string out = printable(text);
  if (out.size() <= count) return out;
  return count < 3 ? out.substr(0, count) : out.substr(0, count - 3) + "...";
}

void put_text(Canvas& canvas, int x, int baseline, std::string_view text, const TextStyle& style) {
  if (text.empty()) return;
  const Strokes s = strokes(style);
  const int above = 2 * style.height, below = style.height, beside = 2;  // room for brackets, tails and thick strokes
  const int width = text_width(text, style) + 2 * beside, height = above + below;
  cv::Mat large(height * oversampling, width * oversampling, CV_8U, cv::Scalar(0)), mask;
  cv::putText(large, std::string(text), {beside * oversampling, above * oversampling}, font, s.scale, cv::Scalar(255), s.thickness,
              cv::LINE_AA);
  cv::resize(large, mask, {width, height}, 0, 0, cv::INTER_AREA);
  for (int row = 0; row < height; ++row) {
    const int y = baseline - above + row;
    if (y < 0 || y >= canvas.size.height) continue;
    for (int column = 0; column < width; ++column) {
      const int to = x - beside + column, cover = mask.at<std::uint8_t>(row, column);
      if (to < 0 || to >= canvas.size.width || cover == 0) continue;
      std::uint8_t* p = canvas.pixels.data() + (static_cast<std::ptrdiff_t>(y) * canvas.size.width + to) * 3;
      const int ink[3] = {style.colour.r, style.colour.g, style.colour.b};
      for (int c = 0; c < 3; ++c) p[c] = static_cast<std::uint8_t>((p[c] * (255 - cover) + ink[c] * cover + 127) / 255);
    }
  }
}

}  // namespace cnnbench
