#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "cnnbench/core/error.hpp"
#include "cnnbench/data/encode_png.hpp"
#include "cnnbench/report/font.hpp"
#include "cnnbench/report/images.hpp"

namespace cnnbench::report {
namespace {

constexpr double most_pixels = 1e8;

// As it lies in memory: red, green, blue.
cv::Scalar scalar_of(std::string_view colour) {
  const auto channel = [&](std::size_t at) { return std::stoi(std::string(colour.substr(at, 2)), nullptr, 16); };
  return cv::Scalar(channel(1), channel(3), channel(5));
}
cv::Scalar scalar_of(Ink ink) { return scalar_of(colours_of(ink).light); }

class Painter {
 public:
  Painter(cv::Mat& image, double scale) : image_(image), scale_(scale) {}

  void operator()(const Box& b) {
    const cv::Rect all(0, 0, image_.cols, image_.rows);
    const cv::Point low = pixel(b.x, b.y), high = pixel(b.x + b.width, b.y + b.height);
    const cv::Rect rect = cv::Rect(low, cv::Size(std::max(high.x - low.x, 1), std::max(high.y - low.y, 1))) & all;
    if (rect.empty()) return;
    cv::Mat part = image_(rect);
    part.setTo(b.colour.empty() ? scalar_of(b.ink) : scalar_of(b.colour));
    if (b.pattern > 0) draw_pattern(part, b.pattern);
    if (b.outlined) cv::rectangle(image_, rect, scalar_of(Ink::text), std::max(1, static_cast<int>(scale_ * 0.8)));
  }

  void operator()(const Stroke& s) {
    const int width = std::max(1, static_cast<int>(std::lround(s.width * scale_)));
    double along = 0;  // the dashes go on round corners
    for (std::size_t i = 1; i < s.points.size(); ++i) {
      const Point &a = s.points[i - 1], &b = s.points[i];
      if (s.dashed)
        along = draw_dashes(a, b, along, scalar_of(s.ink), width);
      else
        draw_line(image_, a.x * scale_, a.y * scale_, b.x * scale_, b.y * scale_, scalar_of(s.ink), width);
    }
  }

  void operator()(const Words& w) {
    const double size = w.size * scale_, width = text_width(w.text, size);
    double x = w.at.x * scale_ - (w.anchor == Anchor::start ? 0 : w.anchor == Anchor::end ? width : width / 2);
    const cv::Scalar colour = w.colour.empty() ? scalar_of(w.ink) : scalar_of(w.colour);
    for (const char32_t c : characters_of(w.text)) {
      const Glyph& g = cached(c, size);
      const int pen = static_cast<int>(std::lround(x)), line = static_cast<int>(std::lround(w.at.y * scale_));
      blend(g, pen, line, colour);
      if (w.strong) blend(g, pen + 1, line, colour);  // no second font for a few words
      x += g.advance;
    }
  }

 private:
  cv::Point pixel(double x, double y) const {
    return {static_cast<int>(std::lround(x * scale_)), static_cast<int>(std::lround(y * scale_))};
  }

  // In sixteenths of a pixel.
  static void draw_line(cv::Mat& onto, double x0, double y0, double x1, double y1, const cv::Scalar& colour, int width) {
    const auto fine = [](double v) { return static_cast<int>(std::lround(std::clamp(v, -1e6, 1e6) * 16)); };
    cv::line(onto, {fine(x0), fine(y0)}, {fine(x1), fine(y1)}, colour, width, cv::LINE_AA, 4);
  }

  void draw_pattern(cv::Mat& part, int pattern) const {
    const double step = 8 * scale_, w = part.cols, h = part.rows;
    const int width = std::max(1, static_cast<int>(std::lround(1.5 * scale_)));
    const auto line = [&](double x0, double y0, double x1, double y1) {
      draw_line(part, x0, y0, x1, y1, scalar_of(Ink::paper), width);
    };
    for (double at = step / 2; at < w + h; at += step) {
      if (pattern == 1 || pattern == 5) line(at, 0, at - h, h);
      if (pattern == 2 || pattern == 5) line(at - h, 0, at, h);
      if (pattern == 3) line(at, 0, at, h);
      if (pattern == 4) line(0, at, w, at);
    }
  }

  double draw_dashes(const Point& a, const Point& b, double along, const cv::Scalar& colour, int width) {
    constexpr double dash = 6, period = 10;
    const double length = std::hypot(b.x - a.x, b.y - a.y);
    for (double at = -std::fmod(along, period); at < length; at += period) {
      const double from = std::max(at, 0.0) / length, to = std::min(at + dash, length) / length;
      if (to <= from) continue;
      const auto x = [&](double share) { return (a.x + (b.x - a.x) * share) * scale_; };
      const auto y = [&](double share) { return (a.y + (b.y - a.y) * share) * scale_; };
      draw_line(image_, x(from), y(from), x(to), y(to), colour, width);
    }
    return along + length;
  }

  const Glyph& cached(char32_t c, double size) {
    const auto [at, is_new] = glyphs_.try_emplace({c, size});
    if (is_new) at->second = glyph(c, size);
    return at->second;
  }

  void blend(const Glyph& g, int x, int y, const cv::Scalar& colour) {
    const int left = x + g.left, top = y + g.top;
    for (int row = 0; row < g.height; ++row)
      for (int column = 0; column < g.width; ++column) {
        if (left + column < 0 || left + column >= image_.cols || top + row < 0 || top + row >= image_.rows) continue;
        const double ink =
            g.grey[static_cast<std::size_t>(row) * static_cast<std::size_t>(g.width) + static_cast<std::size_t>(column)] / 255.0;
        auto& pixel = image_.at<cv::Vec3b>(top + row, left + column);
        for (int i = 0; i < 3; ++i) pixel[i] = cv::saturate_cast<std::uint8_t>(pixel[i] * (1 - ink) + colour[i] * ink);
      }
  }

  cv::Mat& image_;
  double scale_;
  std::map<std::pair<char32_t, double>, Glyph> glyphs_;
};

}  // namespace

std::vector<std::uint8_t> png_of(const Drawing& drawing, double scale) {
  const Drawing whole = framed(drawing, 16);
  const double width = std::ceil(whole.width * scale), height = std::ceil(whole.height * scale);
  if (width * height > most_pixels)
    throw Error(ExitCode::failed, fmt::format("the chart would be a PNG of {:.0f}x{:.0f} pixels", width, height),
                "write it as .svg, or give fewer results");
  cv::Mat image(static_cast<int>(height), static_cast<int>(width), CV_8UC3, scalar_of(Ink::paper));
  Painter painter(image, scale);
  for (const auto& item : whole.items) std::visit(painter, item);
  return encode_png({image.data, {image.rows, image.cols}});
}

}  // namespace cnnbench::report
