// What the drawn cats and dogs are painted with: smooth outlines, fur, strokes. Positions are in pixels unless a Frame is
// at hand; colours are RGB. All randomness comes from the painter's stream, in a fixed order.
#pragma once

#include <array>
#include <initializer_list>
#include <opencv2/core.hpp>
#include <vector>

#include "cnnbench/core/random.hpp"

namespace cnnbench::paint {

using Point = cv::Point2f;
using Outline = std::vector<Point>;
using Colour = cv::Vec3f;  // 0..255

enum class Pattern { plain, stripes, patches };

struct Coat {
  Colour base, second, light;  // the fur, the pattern's other colour, muzzle and chest
  Pattern pattern = Pattern::plain;
  float stripe_length = 12, grain = 18, patch_level = 0.5f;
};

// The animal's own coordinates: unit 1 is the head's radius, x to the right, y down.
struct Frame {
  Point origin;
  float unit = 1, turn = 0, mirror = 1;
  Point operator()(float x, float y) const;
  Outline operator()(std::initializer_list<Point> points) const;
};

class Painter {
 public:
  Painter(cv::Size, RandomStream);

  cv::Mat& canvas() { return canvas_; }
  RandomStream& random() { return random_; }
  float uniform(double low, double high) { return static_cast<float>(random_.uniform(low, high)); }
  bool chance(double p) { return random_.unit() < p; }
  template <class T, std::size_t N>
  const T& pick(const std::array<T, N>& from) {
    return from[random_.below(N)];
  }
  Colour vary(Colour, double amount);

  void fill(const Outline&, Colour);  // flat, antialiased
  void ellipse(Point center, float rx, float ry, float degrees, Colour);
  void stroke(const Outline& line, float width, Colour);
  // Fur: the coat's pattern, grain along the hair, shading that makes it round, and a ragged edge. `tone` darkens or lightens.
  void fur(const Outline&, const Coat&, bool light_part = false, float tone = 1, float ragged = 1);

  // Noise of the canvas' size, 0..255: blotches across `cells` cells.
  cv::Mat cloud(int cells);

 private:
  cv::Mat canvas_, grain_, patches_, warp_;
  RandomStream random_;
};

// A closed curve through the points (Catmull-Rom), as many-sided polygon.
Outline smooth(const Outline&, int steps = 8);
Outline oval(const Frame&, Point center, float rx, float ry, float degrees = 0);
// A limb or tail: a band along the curve through the points, from one width to the other.
Outline band(const Outline& through, float from_width, float to_width);

void paint_background(Painter&);
void paint_foreground(Painter&, Point subject, float unit);  // something in front of the animal, now and then
void paint_cat(Painter&);
void paint_dog(Painter&);
// Exposure, colour cast, blur, noise: what a camera adds.
void photograph(Painter&);

}  // namespace cnnbench::paint
