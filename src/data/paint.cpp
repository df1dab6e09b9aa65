#include "paint.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace cnnbench::paint {
namespace {

constexpr int shift = 4;  // cv's fixed point: 1/16 pixel

std::vector<cv::Point> fixed(const Outline& outline, Point offset = {0, 0}) {
  std::vector<cv::Point> out;
  for (const Point& p : outline)
    out.emplace_back(cvRound((p.x - offset.x) * (1 << shift)), cvRound((p.y - offset.y) * (1 << shift)));
  return out;
}

cv::Scalar scalar(Colour c) { return {c[0], c[1], c[2]}; }

}  // namespace

Point Frame::operator()(float x, float y) const {
  const float c = std::cos(turn), s = std::sin(turn);
  x *= mirror;
  return {origin.x + unit * (c * x - s * y), origin.y + unit * (s * x + c * y)};
}

Outline Frame::operator()(std::initializer_list<Point> points) const {
  Outline out;
  for (const Point& p : points) out.push_back((*this)(p.x, p.y));
  return out;
}

Painter::Painter(cv::Size size, RandomStream random) : canvas_(size, CV_8UC3), random_(random) {
  patches_ = cloud(4);
  warp_ = cloud(7);
  // Hair: noise smeared along one direction.
  cv::RNG rng(random_.next());
  cv::Mat noise(size, CV_8U);
  rng.fill(noise, cv::RNG::UNIFORM, 0, 256);
  cv::Mat kernel(9, 9, CV_32F, cv::Scalar(0));
  const float angle = uniform(0.9, 2.2);
  cv::line(kernel, {cvRound(4 - 4 * std::cos(angle)), cvRound(4 - 4 * std::sin(angle))},
           {cvRound(4 + 4 * std::cos(angle)), cvRound(4 + 4 * std::sin(angle))}, cv::Scalar(1));
  kernel /= cv::sum(kernel)[0] / 2.2;
  cv::filter2D(noise, grain_, CV_8U, kernel, {-1, -1}, -128 * 1.2);
}

cv::Mat Painter::cloud(int cells) {
  cv::Mat small(cells, cells + 1, CV_8U), out;
  for (int i = 0; i < small.rows * small.cols; ++i) small.data[i] = static_cast<std::uint8_t>(random_.below(256));
  cv::resize(small, out, canvas_.size(), 0, 0, cv::INTER_CUBIC);
  return out;
}

Colour Painter::vary(Colour c, double amount) {
  const float all = uniform(-amount, amount);
  for (int i = 0; i < 3; ++i) c[i] = std::clamp(c[i] + all + uniform(-amount, amount) * 0.4f, 0.0f, 255.0f);
  return c;
}

void Painter::fill(const Outline& outline, Colour colour) {
  const auto points = fixed(outline);
  cv::fillPoly(canvas_, std::vector<std::vector<cv::Point>>{points}, scalar(colour), cv::LINE_AA, shift);
}

void Painter::ellipse(Point center, float rx, float ry, float degrees, Colour colour) {
  const cv::Point at(cvRound(center.x * (1 << shift)), cvRound(center.y * (1 << shift)));
  const cv::Size axes(std::max(8, cvRound(rx * (1 << shift))), std::max(8, cvRound(ry * (1 << shift))));
  cv::ellipse(canvas_, at, axes, degrees, 0, 360, scalar(colour), cv::FILLED, cv::LINE_AA, shift);
}

void Painter::stroke(const Outline& line, float width, Colour colour) {
  const auto points = fixed(line);
  cv::polylines(canvas_, std::vector<std::vector<cv::Point>>{points}, false, scalar(colour), std::max(1, cvRound(width)),
                cv::LINE_AA, shift);
}

void Painter::fur(const Outline& outline, const Coat& coat, bool light_part, float tone, float ragged) {
  float left = 1e9f, top = 1e9f, right = -1e9f, bottom = -1e9f;
  for (const Point& p : outline) {
    left = std::min(left, p.x);
    right = std::max(right, p.x);
    top = std::min(top, p.y);
    bottom = std::max(bottom, p.y);
  }
  const cv::Rect box = cv::Rect(cvFloor(left) - 2, cvFloor(top) - 2, cvCeil(right - left) + 5, cvCeil(bottom - top) + 5) &
                       cv::Rect({0, 0}, canvas_.size());
  // Hair that sticks out, drawn first so that the filled part covers its roots.
  const Colour edge = (light_part ? coat.light : coat.base) * (tone * 0.85f);
  if (ragged > 0)
    for (std::size_t i = 0; i < outline.size(); i += 2) {
      const Point p = outline[i], out = p - Point((left + right) / 2, (top + bottom) / 2);
      const float far = std::max(1.0f, std::hypot(out.x, out.y)), length = uniform(2, 7) * ragged;
      const Point tip = p + out * (length / far) + Point(uniform(-2, 2), uniform(-1, 3)) * ragged;
      stroke({p - out * (3 / far), tip}, 1, vary(edge, 20));
    }
  if (box.width <= 0 || box.height <= 0) return;
  cv::Mat mask(box.size(), CV_8U, cv::Scalar(0)), round;
  cv::fillPoly(mask,
               std::vector<std::vector<cv::Point>>{fixed(outline, Point(static_cast<float>(box.x), static_cast<float>(box.y)))},
               cv::Scalar(255), cv::LINE_AA, shift);
  const int reach = std::max(3, static_cast<int>(std::min(right - left, bottom - top) * 0.35f) | 1);
  cv::boxFilter(mask, round, CV_8U, {reach, reach}, {-1, -1}, true, cv::BORDER_CONSTANT);
  const float wave = 6.2832f / std::max(3.0f, coat.stripe_length);
  for (int y = 0; y < box.height; ++y) {
    auto* pixel = canvas_.ptr<cv::Vec3b>(box.y + y) + box.x;
    const std::uint8_t* inside = mask.ptr(y);
    const std::uint8_t* depth = round.ptr(y);
    const std::uint8_t* grain = grain_.ptr(box.y + y) + box.x;
    const std::uint8_t* patch = patches_.ptr(box.y + y) + box.x;
    const std::uint8_t* warp = warp_.ptr(box.y + y) + box.x;
    const float height = static_cast<float>(y + box.y) - top;
    const float from_above = 1.08f - 0.22f * height / std::max(1.0f, bottom - top);
    for (int x = 0; x < box.width; ++x) {
      if (inside[x] == 0) continue;
      float other = 0;
      if (!light_part && coat.pattern == Pattern::stripes) {
        const float phase = (static_cast<float>(box.x + x) + 0.35f * static_cast<float>(box.y + y) + 0.22f * warp[x]) * wave;
        const float fold = phase - 6.2832f * std::floor(phase / 6.2832f);
        other = std::clamp(1.6f - std::abs(fold - 3.1416f), 0.0f, 1.0f);
      } else if (!light_part && coat.pattern == Pattern::patches) {
        other = std::clamp((patch[x] / 255.0f - coat.patch_level) * 12, 0.0f, 1.0f);
      }
      const float shade = tone * from_above * (0.62f + 0.42f * depth[x] / 255.0f);
      const float hair = (grain[x] - 128) * coat.grain / 128;
      const float alpha = inside[x] / 255.0f;
      for (int c = 0; c < 3; ++c) {
        const float fur = light_part ? coat.light[c] : coat.base[c] + (coat.second[c] - coat.base[c]) * other;
        const float value = std::clamp(fur * shade + hair, 0.0f, 255.0f);
        pixel[x][c] = static_cast<std::uint8_t>(pixel[x][c] + (value - pixel[x][c]) * alpha);
      }
    }
  }
}

Outline smooth(const Outline& points, int steps) {
  Outline out;
  const std::size_t n = points.size();
  for (std::size_t i = 0; i < n; ++i) {
    const Point a = points[(i + n - 1) % n], b = points[i], c = points[(i + 1) % n], d = points[(i + 2) % n];
    for (int k = 0; k < steps; ++k) {
      const float t = static_cast<float>(k) / static_cast<float>(steps), t2 = t * t, t3 = t2 * t;
      out.push_back(0.5f * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t2 + (3 * b - a - 3 * c + d) * t3));
    }
  }
  return out;
}

Outline oval(const Frame& frame, Point center, float rx, float ry, float degrees) {
  Outline out;
  const float turn = degrees * 0.0174533f;
  for (int i = 0; i < 40; ++i) {
    const float a = static_cast<float>(i) * 0.15708f, x = rx * std::cos(a), y = ry * std::sin(a);
    out.push_back(frame(center.x + x * std::cos(turn) - y * std::sin(turn), center.y + x * std::sin(turn) + y * std::cos(turn)));
  }
  return out;
}

Outline band(const Outline& through, float from_width, float to_width) {
  // The open curve, then its two sides.
  Outline line;
  const auto at = [&](int i) { return through[static_cast<std::size_t>(std::clamp(i, 0, static_cast<int>(through.size()) - 1))]; };
  for (int i = 0; i + 1 < static_cast<int>(through.size()); ++i)
    for (int k = 0; k < 8; ++k) {
      const float t = static_cast<float>(k) / 8, t2 = t * t, t3 = t2 * t;
      const Point a = at(i - 1), b = at(i), c = at(i + 1), d = at(i + 2);
      line.push_back(0.5f * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t2 + (3 * b - a - 3 * c + d) * t3));
    }
  line.push_back(through.back());
  Outline right, out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const Point along = line[std::min(i + 1, line.size() - 1)] - line[i > 0 ? i - 1 : 0];
    const float length = std::max(1e-3f, std::hypot(along.x, along.y));
    const float t = static_cast<float>(i) / static_cast<float>(line.size() - 1);
    const Point side = Point(-along.y, along.x) * ((from_width + (to_width - from_width) * t) / 2 / length);
    out.push_back(line[i] + side);
    right.push_back(line[i] - side);
  }
  out.insert(out.end(), right.rbegin(), right.rend());
  return out;
}

}  // namespace cnnbench::paint
