// Behind and in front of the animal, and the camera.
#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "paint.hpp"

namespace cnnbench::paint {
namespace {

void gradient(Painter& p, int from, int to, Colour top, Colour bottom) {
  from = std::max(from, 0);
  to = std::min(to, p.canvas().rows);
  for (int y = from; y < to; ++y) {
    const float t = static_cast<float>(y - from) / static_cast<float>(std::max(1, to - from));
    const Colour c = top + (bottom - top) * t;
    p.canvas().row(y).setTo(cv::Scalar(c[0], c[1], c[2]));
  }
}

// Adds blotches to the rows from `from` on.
void mottle(Painter& p, int from, int cells, float amount) {
  const cv::Mat cloud = p.cloud(cells);
  for (int y = std::max(from, 0); y < p.canvas().rows; ++y) {
    auto* pixel = p.canvas().ptr<cv::Vec3b>(y);
    const std::uint8_t* c = cloud.ptr(y);
    for (int x = 0; x < p.canvas().cols; ++x)
      for (int k = 0; k < 3; ++k) pixel[x][k] = cv::saturate_cast<std::uint8_t>(pixel[x][k] + (c[x] - 128) * amount);
  }
}

Colour any_colour(Painter& p, double low, double high) {
  return {p.uniform(low, high), p.uniform(low, high), p.uniform(low, high)};
}

void rectangle(Painter& p, float x, float y, float w, float h, Colour c) {
  p.fill({{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}}, c);
}

void indoors(Painter& p, float w, float h) {
  const float floor = h * p.uniform(0.45, 0.85);
  const Colour wall = any_colour(p, 90, 235);
  gradient(p, 0, cvRound(floor), wall, wall * p.uniform(0.6, 0.95));
  mottle(p, 0, 5, p.uniform(0.03, 0.15));
  const Colour ground = p.chance(0.5) ? p.vary({140, 98, 62}, 45) : any_colour(p, 50, 200);
  gradient(p, cvRound(floor), cvRound(h), ground * 0.75f, ground);
  if (p.chance(0.5))  // boards or tiles
    for (float x = -w; x < 2 * w; x += w * p.uniform(0.06, 0.16))
      p.stroke({{w / 2 + (x - w / 2) * 0.5f, floor}, {x, h}}, 1, ground * 0.55f);
  mottle(p, cvRound(floor), 24, p.uniform(0.05, 0.22));
  if (p.chance(0.45)) {  // window or picture
    const float x = w * p.uniform(-0.1, 0.8), y = h * p.uniform(-0.1, 0.2), ww = w * p.uniform(0.15, 0.4),
                hh = h * p.uniform(0.2, 0.45);
    rectangle(p, x - 5, y - 5, ww + 10, hh + 10, p.vary({225, 220, 210}, 30));
    rectangle(p, x, y, ww, hh, p.chance(0.6) ? p.vary({190, 215, 240}, 40) : any_colour(p, 20, 230));
    p.stroke({{x + ww / 2, y}, {x + ww / 2, y + hh}}, 4, p.vary({225, 220, 210}, 30));
  }
  for (int i = static_cast<int>(p.random().below(4)); i > 0; --i) {  // furniture, cushions
    const Colour c = any_colour(p, 20, 230);
    const float x = w * p.uniform(-0.2, 0.9), ww = w * p.uniform(0.12, 0.6), hh = h * p.uniform(0.12, 0.5);
    if (p.chance(0.4))
      p.ellipse({x + ww / 2, floor}, ww / 2, hh / 2, p.uniform(-20, 20), c);
    else
      rectangle(p, x, floor - hh * 0.8f, ww, hh, c);
    if (p.chance(0.5)) p.stroke({{x, floor - hh * 0.4f}, {x + ww, floor - hh * 0.4f}}, 2, c * 0.6f);
  }
  if (p.chance(0.3)) {  // striped cloth
    const Colour c = any_colour(p, 30, 230);
    const float x = w * p.uniform(0, 0.7), ww = w * p.uniform(0.2, 0.5), step = p.uniform(6, 18);
    for (float s = 0; s < ww; s += 2 * step) rectangle(p, x + s, floor * p.uniform(0.98, 1.02), step, h, c);
  }
}

void outdoors(Painter& p, float w, float h) {
  const float horizon = h * p.uniform(0.1, 0.65);
  gradient(p, 0, cvRound(horizon), p.vary({120, 165, 220}, 45), p.vary({205, 215, 225}, 30));
  mottle(p, 0, 4, p.uniform(0.05, 0.2));
  const Colour leaves = p.vary({62, 98, 48}, 35);
  for (int i = static_cast<int>(p.random().below(9)); i > 0; --i) {  // bushes, trees
    const float x = w * p.uniform(-0.1, 1.1), r = h * p.uniform(0.06, 0.28);
    if (p.chance(0.4)) rectangle(p, x - r * 0.12f, horizon - r, r * 0.24f, r * 1.6f, p.vary({86, 64, 44}, 25));
    p.ellipse({x, horizon - r * p.uniform(0.1, 1.2)}, r * p.uniform(0.7, 1.6), r, 0, p.vary(leaves, 25));
  }
  static constexpr std::array<std::array<float, 3>, 5> grounds{
      {{88, 128, 56}, {150, 128, 92}, {196, 180, 140}, {225, 228, 235}, {120, 118, 116}}};
  const auto& g = p.pick(grounds);
  const Colour ground = p.vary({g[0], g[1], g[2]}, 28);
  gradient(p, cvRound(horizon), cvRound(h), ground * 0.8f, ground * 1.05f);
  mottle(p, cvRound(horizon), 30, p.uniform(0.1, 0.3));
  if (p.chance(0.55)) {  // blades of grass
    for (int i = 0; i < 500; ++i) {
      const float x = w * p.uniform(0, 1), y = horizon + (h - horizon) * p.uniform(0, 1),
                  size = 3 + 12 * (y - horizon) / (h - horizon + 1);
      p.stroke({{x, y}, {x + size * p.uniform(-0.4, 0.4), y - size}}, 1, p.vary(ground * p.uniform(0.6, 1.2), 22));
    }
  }
  if (p.chance(0.25)) {  // a fence behind
    const Colour c = p.vary({170, 150, 120}, 50);
    for (float x = w * p.uniform(-0.1, 0); x < w; x += w * 0.09f)
      rectangle(p, x, horizon - h * 0.18f, w * 0.035f, h * 0.24f, p.vary(c, 12));
    rectangle(p, 0, horizon - h * 0.1f, w, h * 0.025f, c * 0.85f);
  }
}

}  // namespace

void paint_background(Painter& p) {
  const auto w = static_cast<float>(p.canvas().cols), h = static_cast<float>(p.canvas().rows);
  if (p.chance(0.12)) {  // a backdrop
    const Colour c = any_colour(p, 20, 240);
    gradient(p, 0, p.canvas().rows, c, c * p.uniform(0.5, 1.0));
    mottle(p, 0, 6, p.uniform(0.05, 0.25));
  } else if (p.chance(0.55)) {
    indoors(p, w, h);
  } else {
    outdoors(p, w, h);
  }
  // Out of focus more often than not.
  const double sigma = p.uniform(0.3, 3.2);
  cv::GaussianBlur(p.canvas(), p.canvas(), {}, sigma);
}

void paint_foreground(Painter& p, Point subject, float unit) {
  if (!p.chance(0.18)) return;
  const auto w = static_cast<float>(p.canvas().cols), h = static_cast<float>(p.canvas().rows);
  const Colour c = any_colour(p, 20, 230);
  switch (p.random().below(4)) {
    case 0:  // bars of a crib or cage
      for (float x = w * p.uniform(0, 0.1); x < w; x += unit * p.uniform(0.8, 1.3)) rectangle(p, x, 0, unit * 0.1f + 2, h, c);
      break;
    case 1: {  // a blanket over the lower part
      Outline edge{{0, h}};
      for (int i = 0; i <= 6; ++i) edge.emplace_back(w * static_cast<float>(i) / 6, subject.y + unit * p.uniform(1.0, 1.7));
      edge.emplace_back(w, h);
      p.fill(edge, c);
      break;
    }
    case 2:  // leaves
      for (int i = 0; i < 7; ++i)
        p.ellipse({subject.x + unit * p.uniform(-2.6, 2.6), subject.y + unit * p.uniform(0.7, 2.6)}, unit * p.uniform(0.3, 0.6),
                  unit * 0.13f, p.uniform(-80, 80), p.vary({60, 110, 50}, 35));
      break;
    default: {  // the edge of something, at one side
      const float x = subject.x + (p.chance(0.5) ? 1.0f : -1.0f) * unit * p.uniform(0.6, 1.1), far = x > subject.x ? w : 0;
      p.fill({{x, 0}, {far, 0}, {far, h}, {x + unit * p.uniform(-0.3, 0.3), h}}, c);
    }
  }
}

void photograph(Painter& p) {
  cv::Mat& m = p.canvas();
  if (p.chance(0.15)) {  // moved
    const int n = 3 + 2 * static_cast<int>(p.random().below(3));
    cv::Mat kernel(n, n, CV_32F, cv::Scalar(0));
    if (p.chance(0.5))
      kernel.row(n / 2).setTo(1.0 / n);
    else
      kernel.col(n / 2).setTo(1.0 / n);
    cv::filter2D(m, m, -1, kernel);
  }
  cv::GaussianBlur(m, m, {}, p.chance(0.2) ? p.uniform(1.0, 2.2) : p.uniform(0.4, 0.9));
  // Light from one side, exposure, cast and contrast in one pass; noise on top.
  const float gain = p.uniform(0.6, 1.25), contrast = p.uniform(0.75, 1.15), offset = p.uniform(-12, 16);
  const float across = p.uniform(-0.35, 0.35), down = p.uniform(-0.3, 0.2);
  const Colour cast{p.uniform(0.9, 1.12), p.uniform(0.94, 1.04), p.uniform(0.82, 1.1)};
  cv::RNG rng(p.random().next());
  cv::Mat noise(m.size(), CV_8SC3);
  const double sigma = p.chance(0.25) ? p.uniform(5, 10) : p.uniform(1.5, 4.5);
  rng.fill(noise, cv::RNG::NORMAL, 0, sigma);
  const bool gray = p.chance(0.03);
  for (int y = 0; y < m.rows; ++y) {
    auto* pixel = m.ptr<cv::Vec3b>(y);
    const auto* n = noise.ptr<cv::Vec<std::int8_t, 3>>(y);
    const float v = static_cast<float>(y) / static_cast<float>(m.rows) - 0.5f;
    for (int x = 0; x < m.cols; ++x) {
      const float u = static_cast<float>(x) / static_cast<float>(m.cols) - 0.5f, light = gain * (1 + across * u + down * v);
      const float mean = (pixel[x][0] + pixel[x][1] + pixel[x][2]) / 3.0f;
      for (int c = 0; c < 3; ++c) {
        const float value = gray ? mean : pixel[x][c] * cast[c];
        pixel[x][c] =
            cv::saturate_cast<std::uint8_t>(((value - 110) * contrast + 110) * light + offset + static_cast<float>(n[x][c]));
      }
    }
  }
}

}  // namespace cnnbench::paint
