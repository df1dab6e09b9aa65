// The animals themselves. What tells them apart is shape (ears, muzzle, nose, eyes, whiskers, tail), never colour or pose,
// which both share; some of each are awkward: dogs with pricked ears, cats with folded ones, parts hidden or out of sight.
#include <algorithm>
#include <cmath>

#include "paint.hpp"

namespace cnnbench::paint {
namespace {

Coat coat(Painter& p) {
  static constexpr std::array<std::array<float, 3>, 11> furs{{{62, 58, 56},
                                                              {38, 34, 32},
                                                              {212, 142, 72},
                                                              {226, 218, 206},
                                                              {206, 178, 134},
                                                              {128, 92, 62},
                                                              {146, 142, 140},
                                                              {176, 122, 70},
                                                              {94, 68, 50},
                                                              {238, 232, 222},
                                                              {120, 112, 98}}};
  const auto any = [&] {
    const auto& f = p.pick(furs);
    return p.vary({f[0], f[1], f[2]}, 18);
  };
  Coat c;
  c.base = any();
  c.second = any();
  c.light = p.chance(0.6) ? p.vary({232, 224, 212}, 14) : c.base * 1.08f;
  c.grain = p.uniform(10, 34);
  c.patch_level = p.uniform(0.4, 0.65);
  return c;
}

enum class Pose { sitting, standing, lying, portrait };

// Where the animal is: always with the head inside the picture.
Frame place(Painter& p, Pose pose) {
  const auto w = static_cast<float>(p.canvas().cols), h = static_cast<float>(p.canvas().rows), side = std::min(w, h);
  Frame f;
  f.mirror = p.chance(0.5) ? 1.0f : -1.0f;
  f.turn = p.uniform(-0.16, 0.16);
  switch (pose) {
    case Pose::portrait:
      f.unit = side * p.uniform(0.25, 0.38);
      f.origin = {w * p.uniform(0.38, 0.62), h * p.uniform(0.4, 0.55)};
      break;
    case Pose::sitting:
      f.unit = side * p.uniform(0.16, 0.24);
      f.origin = {w * p.uniform(0.32, 0.68), h * p.uniform(0.27, 0.36)};
      break;
    default:
      f.unit = side * p.uniform(0.15, 0.21);
      f.origin = {w * (0.5f - f.mirror * p.uniform(0.1, 0.26)), h * p.uniform(0.32, 0.46)};
  }
  return f;
}

void shadow(Painter& p, Point center, float rx, float ry) {
  cv::Mat& m = p.canvas();
  for (int y = std::max(0, cvRound(center.y - ry)); y < std::min(m.rows, cvRound(center.y + ry)); ++y)
    for (int x = std::max(0, cvRound(center.x - rx)); x < std::min(m.cols, cvRound(center.x + rx)); ++x) {
      const float u = (static_cast<float>(x) - center.x) / rx, v = (static_cast<float>(y) - center.y) / ry, d = u * u + v * v;
      if (d < 1) m.at<cv::Vec3b>(y, x) *= 0.45 + 0.55 * d;
    }
}

struct Build {  // proportions of the body, in head radii
  float body, leg, leg_width, tail_from, tail_to;
  Outline tail_up, tail_down;
};

void leg(Painter& p, const Frame& f, const Coat& c, const Build& b, float x, float from, float to, float tone) {
  const float lean = p.uniform(-0.12, 0.12);
  p.fur(
      band(f({{x, from}, {x + lean, (from + to) / 2}, {x + lean * 0.5f, to}}), b.leg_width * 1.25f * f.unit, b.leg_width * f.unit),
      c, false, tone, 0.5f);
  p.fur(oval(f, {x + lean * 0.5f - 0.08f, to}, b.leg_width * 0.72f, b.leg_width * 0.45f), c, c.light[0] > c.base[0] + 25, tone,
        0.4f);
}

void tail(Painter& p, const Frame& f, const Coat& c, const Build& b, Point root, bool up) {
  Outline line;
  for (const Point& t : up ? b.tail_up : b.tail_down)
    line.push_back(f(root.x + t.x * p.uniform(0.85, 1.15), root.y + t.y * p.uniform(0.85, 1.15)));
  p.fur(band(line, b.tail_from * f.unit, b.tail_to * f.unit), c, false, 0.92f, 0.9f);
}

void body(Painter& p, const Frame& f, const Coat& c, const Build& b, Pose pose) {
  const float k = b.body;
  if (pose == Pose::portrait) {
    p.fur(smooth(f({{-0.6f, 0.5f}, {0.6f, 0.5f}, {1.15f * k, 1.7f}, {1.4f * k, 3.2f}, {-1.4f * k, 3.2f}, {-1.15f * k, 1.7f}})), c,
          false, 0.85f);
    if (p.chance(0.5)) p.fur(oval(f, {0, 1.75f}, 0.55f, 0.8f), c, true, 0.9f, 0.7f);
    return;
  }
  if (pose == Pose::sitting) {
    const float bottom = 2.5f + b.leg * 0.6f;
    shadow(p, f(0, bottom + 0.1f), f.unit * 1.9f, f.unit * 0.5f);
    tail(p, f, c, b, {0.9f * k, bottom - 0.25f}, p.chance(0.5));
    p.fur(smooth(f({{-0.5f, 0.5f},
                    {0.5f, 0.5f},
                    {0.8f * k, 1.3f},
                    {1.1f * k, 2.3f},
                    {0.95f * k, bottom},
                    {-0.95f * k, bottom},
                    {-1.1f * k, 2.3f},
                    {-0.8f * k, 1.3f}})),
          c, false, 0.92f);
    for (const float side : {-1.0f, 1.0f}) p.fur(oval(f, {side * 0.85f * k, bottom - 0.3f}, 0.45f, 0.5f), c, false, 0.86f, 0.6f);
    if (p.chance(0.6)) p.fur(oval(f, {0, 1.5f}, 0.45f * k, 0.75f), c, true, 0.97f, 0.7f);
    for (const float side : {-0.36f, 0.36f}) leg(p, f, c, b, side * k, 1.7f, bottom + 0.05f, 1.0f);
    return;
  }
  const bool lying = pose == Pose::lying;
  const float length = 1.75f * k * p.uniform(0.85, 1.15), middle = 0.55f + length, depth = 0.78f * k,
              ground = lying ? 1.75f : 1.15f + b.leg;
  shadow(p, f(middle, ground + 0.1f), f.unit * (length + 0.8f), f.unit * 0.4f);
  tail(p, f, c, b, {middle + length * 0.85f, 0.75f}, !lying && p.chance(0.75));
  if (!lying)
    for (const float x : {0.75f, middle + length * 0.62f}) leg(p, f, c, b, x + 0.2f, 1.1f, ground - 0.08f, 0.72f);
  p.fur(smooth(f({{0.1f, 0.1f},
                  {middle - length * 0.4f, 1.0f - depth},
                  {middle + length * 0.5f, 1.05f - depth},
                  {middle + length, 0.9f},
                  {middle + length * 0.75f, 0.9f + depth},
                  {middle - length * 0.2f, 1.0f + depth * 0.95f},
                  {0.25f, 0.9f + depth * 0.7f},
                  {-0.1f, 0.7f}})),
        c, false, 0.95f);
  if (lying) {
    p.fur(oval(f, {middle + length * 0.55f, 1.25f}, 0.75f, 0.55f), c, false, 0.9f, 0.6f);
    for (const float y : {1.5f, 1.68f})
      p.fur(band(f({{0.8f, y}, {0.1f, y + 0.05f}, {-0.75f, y + 0.04f}}), b.leg_width * f.unit, b.leg_width * f.unit), c, false, 1,
            0.5f);
  } else {
    for (const float x : {0.45f, middle + length * 0.72f}) leg(p, f, c, b, x, 1.2f, ground, 1.0f);
    p.fur(oval(f, {middle + length * 0.62f, 1.15f}, 0.55f, 0.68f), c, false, 0.95f, 0.4f);
  }
}

void collar(Painter& p, const Frame& f, float y) {
  const Colour c{p.uniform(20, 230), p.uniform(20, 200), p.uniform(20, 230)};
  p.stroke(band(f({{-0.62f, y - 0.15f}, {0, y + 0.1f}, {0.62f, y - 0.15f}}), 0.12f * f.unit, 0.12f * f.unit), f.unit * 0.06f, c);
  p.fill(band(f({{-0.62f, y - 0.15f}, {0, y + 0.1f}, {0.62f, y - 0.15f}}), 0.16f * f.unit, 0.16f * f.unit), c);
  if (p.chance(0.6)) p.ellipse(f(0, y + 0.22f), f.unit * 0.09f, f.unit * 0.09f, 0, p.vary({210, 190, 110}, 30));
}

Pose any_pose(Painter& p) {
  static constexpr std::array poses{Pose::portrait, Pose::portrait, Pose::portrait, Pose::portrait,
                                    Pose::sitting,  Pose::sitting,  Pose::standing, Pose::lying};
  return p.pick(poses);
}

void highlight(Painter& p, const Frame& f, float x, float y, float size) {
  p.ellipse(f(x, y), f.unit * size, f.unit * size, 0, {250, 250, 250});
}

void cat_head(Painter& p, const Frame& f, const Coat& c, float yaw, bool folded) {
  const float u = f.unit, shift = yaw * 0.22f;
  const float spread = p.uniform(0.9, 1.1), tall = folded ? 0.55f : p.uniform(0.9, 1.15);
  for (const float side : {-1.0f, 1.0f}) {
    const float near = 1 - 0.2f * side * yaw;
    const Outline ear = f({{side * 0.94f * near, -0.3f},
                           {side * 0.98f * spread * near, -0.6f - 0.45f * tall},
                           {side * 0.9f * spread * near, -0.62f - 0.78f * tall},
                           {side * 0.76f * spread, -0.6f - 0.68f * tall},
                           {side * 0.16f + shift * 0.4f, -0.86f},
                           {side * 0.4f, -0.4f}});
    p.fur(smooth(ear, 4), c, false, 0.9f, 0.6f);
    const Colour inner = p.vary({206, 150, 140}, 25);
    if (!folded)
      p.fill(f({{side * 0.82f * near, -0.5f}, {side * 0.87f * spread * near, -0.6f - 0.58f * tall}, {side * 0.38f, -0.8f}}), inner);
  }
  p.fur(smooth(f({{0, -0.94f},
                  {0.55f, -0.82f},
                  {0.96f, -0.28f},
                  {1.08f, 0.25f},
                  {0.78f, 0.68f},
                  {0.32f, 0.88f},
                  {0, 0.92f},
                  {-0.32f, 0.88f},
                  {-0.78f, 0.68f},
                  {-1.08f, 0.25f},
                  {-0.96f, -0.28f},
                  {-0.55f, -0.82f}})),
        c);
  if (c.pattern == Pattern::stripes)
    for (const float x : {-0.32f, -0.1f, 0.1f, 0.32f})
      p.stroke(f({{x + shift, -0.82f}, {x * 0.8f + shift, -0.42f}}), u * 0.07f, c.second * 0.9f);
  // Muzzle: two pads, a chin, a small nose.
  const float mx = shift * 1.5f;
  p.fur(oval(f, {mx, 0.6f}, 0.3f, 0.2f), c, true, 0.94f, 0.2f);
  for (const float side : {-1.0f, 1.0f}) p.fur(oval(f, {side * 0.19f + mx, 0.42f}, 0.27f, 0.21f), c, true, 1.02f, 0.2f);
  const bool asleep = p.chance(0.06);
  static constexpr std::array<std::array<float, 3>, 5> irises{
      {{150, 176, 70}, {214, 176, 60}, {200, 130, 40}, {110, 160, 200}, {120, 150, 90}}};
  const auto& i = p.pick(irises);
  const Colour iris = p.vary({i[0], i[1], i[2]}, 20);
  const float wide = p.uniform(0.035, 0.13), open = p.uniform(0.15, 0.2);
  for (const float side : {-1.0f, 1.0f}) {
    const float x = side * 0.42f + shift, y = -0.06f;
    const float slant = (side * f.mirror * -10) + f.turn * 57.3f;
    if (asleep) {
      p.stroke(f({{x - 0.2f, y}, {x - 0.07f, y + 0.08f}, {x + 0.07f, y + 0.08f}, {x + 0.2f, y}}), u * 0.05f, {30, 24, 22});
      continue;
    }
    p.ellipse(f(x, y), u * 0.25f, u * (open + 0.05f), slant, {34, 28, 26});
    p.ellipse(f(x, y), u * 0.215f, u * open, slant, iris);
    p.ellipse(f(x + shift * 0.15f, y), u * wide, u * open * 0.93f, f.turn * 57.3f, {12, 10, 10});
    highlight(p, f, x - 0.06f, y - 0.07f, 0.04f);
  }
  const Colour nose = p.chance(0.7) ? p.vary({208, 130, 124}, 22) : p.vary({70, 50, 46}, 15);
  p.fill(smooth(f({{mx - 0.13f, 0.19f}, {mx + 0.13f, 0.19f}, {mx, 0.33f}}), 4), nose);
  const Colour dark{52, 40, 38};
  p.stroke(f({{mx, 0.32f}, {mx, 0.45f}}), u * 0.035f, dark);
  for (const float side : {-1.0f, 1.0f})
    p.stroke(f({{mx, 0.45f}, {mx + side * 0.12f, 0.52f}, {mx + side * 0.26f, 0.49f}}), u * 0.035f, dark);
  if (p.chance(0.9)) {
    const Colour whisker = p.chance(0.85) ? Colour{238, 236, 232} : Colour{60, 56, 54};
    for (const float side : {-1.0f, 1.0f})
      for (int k = 0; k < 4; ++k) {
        const float fan = (static_cast<float>(k) - 1.2f) * 0.16f, reach = p.uniform(1.2, 1.65);
        p.stroke(f({{mx + side * 0.3f, 0.38f + fan * 0.3f},
                    {mx + side * (0.3f + reach * 0.5f), 0.36f + fan * 0.7f},
                    {mx + side * (0.3f + reach), 0.42f + fan * 1.6f}}),
                 std::max(1.0f, u * 0.016f), whisker);
      }
  }
}

enum class Ears { hanging, pricked, tipped };

void dog_ear(Painter& p, const Frame& f, const Coat& c, float side, float yaw, Ears ears, float length) {
  const float near = 1 - 0.15f * side * yaw, tone = 0.78f;
  switch (ears) {
    case Ears::hanging:
      p.fur(smooth(f({{side * 0.42f * near, -0.82f},
                      {side * 0.86f * near, -0.78f},
                      {side * 1.16f * near, -0.2f},
                      {side * 1.2f * near, length * 0.8f},
                      {side * 0.98f * near, length},
                      {side * 0.76f * near, length * 0.62f},
                      {side * 0.66f * near, -0.15f}})),
            c, false, tone, 1.1f);
      break;
    case Ears::pricked:
      p.fur(smooth(f({{side * 0.84f, -0.4f},
                      {side * 0.92f * near, -1.0f},
                      {side * 0.82f * near, -1.5f},
                      {side * 0.52f, -1.15f},
                      {side * 0.26f, -0.78f}}),
                   5),
            c, false, 0.88f, 0.8f);
      p.fill(f({{side * 0.72f, -0.6f}, {side * 0.79f * near, -1.25f}, {side * 0.4f, -0.82f}}), p.vary({150, 112, 104}, 25));
      break;
    case Ears::tipped:
      p.fur(smooth(f({{side * 0.8f, -0.45f}, {side * 0.92f * near, -0.95f}, {side * 0.6f, -1.22f}, {side * 0.26f, -0.8f}}), 5), c,
            false, 0.9f, 0.8f);
      p.fur(smooth(f({{side * 0.52f, -1.2f}, {side * 0.86f * near, -1.08f}, {side * 1.06f * near, -0.56f}, {side * 0.72f, -0.78f}}),
                   5),
            c, false, 0.72f, 0.6f);
      break;
  }
}

void dog_head(Painter& p, const Frame& f, const Coat& c, float yaw) {
  const float u = f.unit, shift = yaw * 0.22f, long_nose = p.uniform(0.85, 1.2);
  const double which = p.random().unit();
  const Ears ears = which < 0.66 ? Ears::hanging : which < 0.85 ? Ears::pricked : Ears::tipped;
  const float length = p.uniform(0.45, 1.15);
  if (ears != Ears::hanging)
    for (const float side : {-1.0f, 1.0f}) dog_ear(p, f, c, side, yaw, ears, length);
  p.fur(smooth(f({{0, -0.98f},
                  {0.48f, -0.9f},
                  {0.82f, -0.42f},
                  {0.84f, 0.1f},
                  {0.62f, 0.6f},
                  {0.4f, 1.0f},
                  {0, 1.1f},
                  {-0.4f, 1.0f},
                  {-0.62f, 0.6f},
                  {-0.84f, 0.1f},
                  {-0.82f, -0.42f},
                  {-0.48f, -0.9f}})),
        c);
  if (ears == Ears::hanging)
    for (const float side : {-1.0f, 1.0f}) dog_ear(p, f, c, side, yaw, ears, length);
  if (p.chance(0.4)) p.fur(oval(f, {shift, -0.4f}, 0.13f, 0.55f), c, true, 1, 0.3f);  // a blaze
  // Muzzle: one long box with a large nose at its end.
  const float mx = shift * 2.2f;
  const bool pale = p.chance(0.65);
  const Outline muzzle = smooth(f({{mx * 0.5f - 0.32f, 0.08f},
                                   {mx * 0.5f + 0.32f, 0.08f},
                                   {mx + 0.5f, 0.55f},
                                   {mx + 0.4f, 0.78f * long_nose + 0.1f},
                                   {mx, 0.9f * long_nose + 0.1f},
                                   {mx - 0.4f, 0.78f * long_nose + 0.1f},
                                   {mx - 0.5f, 0.55f}}));
  const float mouth = 0.72f * long_nose;
  if (p.chance(0.42)) {  // panting
    p.ellipse(f(mx, mouth + 0.28f), u * 0.3f, u * 0.24f, 0, {60, 26, 28});
    p.fur(oval(f, {mx, mouth + 0.42f}, 0.34f, 0.16f), c, pale, 0.8f, 0.2f);
    p.fill(smooth(f({{mx - 0.17f, mouth + 0.1f},
                     {mx + 0.17f, mouth + 0.1f},
                     {mx + 0.2f, mouth + 0.5f},
                     {mx, mouth + p.uniform(0.62, 0.9)},
                     {mx - 0.2f, mouth + 0.5f}})),
           p.vary({222, 122, 128}, 18));
    p.stroke(f({{mx, mouth + 0.2f}, {mx, mouth + 0.55f}}), u * 0.03f, {176, 80, 90});
  }
  p.fur(muzzle, c, pale, 1.02f, 0.3f);
  const Colour dark{44, 34, 32}, nose = p.chance(0.85) ? p.vary({30, 27, 28}, 10) : p.vary({120, 78, 68}, 18);
  const float ny = 0.36f * long_nose;
  p.stroke(f({{mx, ny}, {mx, mouth}}), u * 0.045f, dark);
  for (const float side : {-1.0f, 1.0f})
    p.stroke(f({{mx, mouth}, {mx + side * 0.2f, mouth + 0.08f}, {mx + side * 0.42f, mouth - 0.08f}}), u * 0.045f, dark);
  p.fill(smooth(f({{mx - 0.24f, ny - 0.13f},
                   {mx, ny - 0.2f},
                   {mx + 0.24f, ny - 0.13f},
                   {mx + 0.17f, ny + 0.12f},
                   {mx, ny + 0.18f},
                   {mx - 0.17f, ny + 0.12f}})),
         nose);
  p.ellipse(f(mx - 0.07f, ny - 0.1f), u * 0.07f, u * 0.03f, 0, {150, 150, 155});
  const Colour iris = p.chance(0.9) ? p.vary({84, 52, 30}, 16) : p.vary({140, 170, 200}, 20);
  for (const float side : {-1.0f, 1.0f}) {
    const float x = side * 0.38f + shift, y = -0.22f;
    p.ellipse(f(x, y), u * 0.17f, u * 0.145f, 0, {28, 22, 20});
    p.ellipse(f(x, y), u * 0.125f, u * 0.12f, 0, iris);
    p.ellipse(f(x, y), u * 0.07f, u * 0.07f, 0, {10, 8, 8});
    highlight(p, f, x - 0.04f, y - 0.05f, 0.035f);
    p.stroke(f({{x - 0.17f, y - 0.2f}, {x, y - 0.27f}, {x + 0.17f, y - 0.2f}}), u * 0.05f, c.base * 0.72f);
  }
}

}  // namespace

void paint_cat(Painter& p) {
  Coat c = coat(p);
  const Pose pose = any_pose(p);
  const Frame f = place(p, pose);
  const double kind = p.random().unit();
  c.pattern = kind < 0.45 ? Pattern::stripes : kind < 0.65 ? Pattern::patches : Pattern::plain;
  if (c.pattern == Pattern::stripes) c.second = c.base * p.uniform(0.45, 0.7);
  c.stripe_length = f.unit * p.uniform(0.28, 0.5);
  const Build build{0.95f,
                    p.uniform(1.2, 1.6),
                    0.3f,
                    0.3f,
                    0.18f,
                    {{0, 0}, {0.9f, 0}, {1.3f, -0.9f}, {1.1f, -1.9f}, {1.5f, -2.5f}},
                    {{0, 0}, {0.8f, 0.35f}, {0.5f, 0.75f}, {-0.6f, 0.7f}, {-1.1f, 0.6f}}};
  body(p, f, c, build, pose);
  if (p.chance(0.12)) collar(p, f, 0.95f);
  cat_head(p, f, c, p.uniform(-1, 1), p.chance(0.05));
  paint_foreground(p, f.origin, f.unit);
}

void paint_dog(Painter& p) {
  Coat c = coat(p);
  const Pose pose = any_pose(p);
  const Frame f = place(p, pose);
  const double kind = p.random().unit();
  c.pattern = kind < 0.12 ? Pattern::stripes : kind < 0.45 ? Pattern::patches : Pattern::plain;
  if (c.pattern == Pattern::stripes) c.second = c.base * p.uniform(0.55, 0.75);
  c.stripe_length = f.unit * p.uniform(0.28, 0.5);
  const Build build{p.uniform(1.0, 1.2),
                    p.uniform(1.3, 2.1),
                    0.38f,
                    0.4f,
                    0.22f,
                    {{0, 0}, {0.5f, -0.5f}, {0.75f, -1.1f}, {0.5f, -1.5f}},
                    {{0, 0}, {0.6f, 0.4f}, {0.85f, 1.0f}}};
  body(p, f, c, build, pose);
  if (p.chance(0.4)) collar(p, f, 1.12f);
  dog_head(p, f, c, p.uniform(-1, 1));
  paint_foreground(p, f.origin, f.unit);
}

}  // namespace cnnbench::paint
