#include "cnnbench/pipeline/operations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cnnbench {
namespace {

struct SinCos {
  double sin, cos;
};

// libm's sine may differ in the last bit between machines (it picks code by CPU); batches must not. The series is exact to
// double precision on [-45, 45] degrees, and quadrants are taken off in degrees, where that is exact.
SinCos sin_cos_degrees(double degrees) {
  const double quadrant = std::floor(degrees / 90 + 0.5);
  const double x = (degrees - quadrant * 90) * (3.14159265358979323846 / 180), x2 = x * x;
  double s = 0, c = 0;
  for (int k = 9; k >= 1; --k) {
    s = (1 + s) * (-x2 / (2 * k * (2 * k + 1)));
    c = (1 + c) * (-x2 / (2 * k * (2 * k - 1)));
  }
  s = x * (1 + s);
  c = 1 + c;
  switch (static_cast<int>(quadrant) & 3) {
    case 0:
      return {s, c};
    case 1:
      return {c, -s};
    case 2:
      return {-s, -c};
    default:
      return {-c, s};
  }
}

float around(RandomStream& random, double centre, double range) {
  return static_cast<float>(centre + random.uniform(-range, range));
}

float within(RandomStream& random, const std::optional<Range>& range) {
  const double u = random.unit();
  return static_cast<float>(range ? (*range)[0] + ((*range)[1] - (*range)[0]) * u : 1.0);
}

double pixels(double shift, int side) { return shift < 1 ? shift * side : shift; }

// A turned and a flipped picture are told apart by the sign; rounding must not give "-0.0".
std::string signed_number(float value, int digits) {
  const double unit = std::pow(10.0, digits), rounded = std::round(static_cast<double>(value) * unit) / unit;
  return rounded == 0 ? fmt::format("{:.{}f}", 0.0, digits) : fmt::format("{:+.{}f}", rounded, digits);
}

using Config = AugmentConfig;

const std::vector<Operation>& table() {
  static const std::vector<Operation> all{
      {.name = "rotation",
       .keys = {"rotation_degrees"},
       .stage = Stage::matrix,
       .used = [](const Config& c) { return c.rotation_degrees > 0; },
       .leave_out = [](Config& c) { c.rotation_degrees = 0; },
       .draw = [](const Config& c, ImageSize, ImageSize, RandomStream& r,
                  Draw& d) { d.rotation_degrees = around(r, 0, c.rotation_degrees); },
       .about_centre =
           [](const Draw& d) {
             const SinCos turn = sin_cos_degrees(d.rotation_degrees);
             return RowColumnMatrix{turn.cos, -turn.sin, 0, turn.sin, turn.cos, 0};
           },
       .numbers = {{"rotation_degrees", &Draw::rotation_degrees, -360, 360, "Degrees."}},
       .caption = [](const Draw& d) { return fmt::format("rotate {} deg", signed_number(d.rotation_degrees, 1)); }},
      {.name = "shift",
       .keys = {"height_shift", "width_shift"},
       .stage = Stage::matrix,
       .used = [](const Config& c) { return c.width_shift > 0 || c.height_shift > 0; },
       .leave_out = [](Config& c) { c.width_shift = c.height_shift = 0; },
       .draw =
           [](const Config& c, ImageSize in, ImageSize, RandomStream& r, Draw& d) {
             d.shift_y = around(r, 0, pixels(c.height_shift, in.height));  // Keras' tx: rows first
             d.shift_x = around(r, 0, pixels(c.width_shift, in.width));
           },
       .about_centre = [](const Draw& d) { return RowColumnMatrix{1, 0, d.shift_y, 0, 1, d.shift_x}; },
       .numbers = {{"shift_x", &Draw::shift_x, -16384, 16384, "Pixels."}, {"shift_y", &Draw::shift_y, -16384, 16384, "Pixels."}},
       .caption =
           [](const Draw& d) { return fmt::format("shift {} {} px", signed_number(d.shift_x, 1), signed_number(d.shift_y, 1)); }},
      {.name = "shear",
       .keys = {"shear_degrees"},
       .stage = Stage::matrix,
       .used = [](const Config& c) { return c.shear_degrees > 0; },
       .leave_out = [](Config& c) { c.shear_degrees = 0; },
       .draw = [](const Config& c, ImageSize, ImageSize, RandomStream& r,
                  Draw& d) { d.shear_degrees = around(r, 0, c.shear_degrees); },
       .about_centre =
           [](const Draw& d) {
             const SinCos lean = sin_cos_degrees(d.shear_degrees);
             return RowColumnMatrix{1, -lean.sin, 0, 0, lean.cos, 0};
           },
       .numbers = {{"shear_degrees", &Draw::shear_degrees, -89, 89, "Degrees."}},
       .caption = [](const Draw& d) { return fmt::format("shear {} deg", signed_number(d.shear_degrees, 1)); }},
      {.name = "zoom",
       .keys = {"zoom"},
       .stage = Stage::matrix,
       .used = [](const Config& c) { return c.zoom > 0; },
       .leave_out = [](Config& c) { c.zoom = 0; },
       .draw =
           [](const Config& c, ImageSize, ImageSize, RandomStream& r, Draw& d) {
             d.zoom_y = around(r, 1, c.zoom);  // Keras' zx scales rows
             d.zoom_x = around(r, 1, c.zoom);
           },
       .about_centre = [](const Draw& d) { return RowColumnMatrix{d.zoom_y, 0, 0, 0, d.zoom_x, 0}; },
       .numbers = {{"zoom_x", &Draw::zoom_x, 0.005, 100, "Factor."}, {"zoom_y", &Draw::zoom_y, 0.005, 100, "Factor."}},
       .caption = [](const Draw& d) { return fmt::format("zoom {:.2f} {:.2f}", d.zoom_x, d.zoom_y); }},
      {.name = "flip",
       .keys = {"horizontal_flip", "vertical_flip"},
       .stage = Stage::matrix,
       .used = [](const Config& c) { return c.horizontal_flip || c.vertical_flip; },
       .leave_out = [](Config& c) { c.horizontal_flip = c.vertical_flip = false; },
       .draw =
           [](const Config& c, ImageSize, ImageSize, RandomStream& r, Draw& d) {
             d.flipped_x = r.unit() < 0.5 && c.horizontal_flip;
             d.flipped_y = r.unit() < 0.5 && c.vertical_flip;
           },
       .numbers = {{"flipped_x", &Draw::flipped_x, 0, 1, "Left and right changed places."},
                   {"flipped_y", &Draw::flipped_y, 0, 1, "Top and bottom changed places."}},
       .caption = [](const Draw& d) -> std::string {
         if (d.flipped_x && d.flipped_y) return "flip both ways";
         if (d.flipped_x) return "flip left-right";
         return d.flipped_y ? "flip up-down" : "no flip";
       }},
      {.name = "channel shift",
       .keys = {"channel_shift"},
       .stage = Stage::bytes,
       .used = [](const Config& c) { return c.channel_shift > 0; },
       .leave_out = [](Config& c) { c.channel_shift = 0; },
       .draw = [](const Config& c, ImageSize, ImageSize, RandomStream& r,
                  Draw& d) { d.channel_shift = around(r, 0, c.channel_shift); },
       .numbers = {{"channel_shift", &Draw::channel_shift, -255, 255,
                    "Added to all channels, clipped to the picture's own range."}},
       .caption = [](const Draw& d) { return fmt::format("channels {}", signed_number(d.channel_shift, 0)); }},
      {.name = "brightness",
       .keys = {"brightness"},
       .stage = Stage::bytes,
       .used = [](const Config& c) { return c.brightness.has_value(); },
       .leave_out = [](Config& c) { c.brightness.reset(); },
       .draw = [](const Config& c, ImageSize, ImageSize, RandomStream& r, Draw& d) { d.brightness = within(r, c.brightness); },
       .numbers = {{"brightness", &Draw::brightness, 0, 100, "Factor."}},
       .caption = [](const Draw& d) { return fmt::format("brightness x{:.2f}", d.brightness); }},
      {.name = "crop",
       .keys = {"crop"},
       .stage = Stage::matrix,
       .resizes = true,
       .used = [](const Config& c) { return c.crop > 0; },
       .leave_out = [](Config& c) { c.crop = 0; },
       .draw =
           [](const Config&, ImageSize in, ImageSize out, RandomStream& r, Draw& d) {
             d.crop_y = static_cast<int>(r.below(static_cast<std::uint64_t>(in.height - out.height + 1)));
             d.crop_x = static_cast<int>(r.below(static_cast<std::uint64_t>(in.width - out.width + 1)));
           },
       .numbers = {{"crop_x", &Draw::crop_x, 0, 16384, "Left edge of what is kept, pixels."},
                   {"crop_y", &Draw::crop_y, 0, 16384, "Upper edge of what is kept, pixels."}},
       .caption = [](const Draw& d) { return fmt::format("crop at {} {}", d.crop_x, d.crop_y); }},
      {.name = "brightness delta",
       .keys = {"brightness_delta"},
       .stage = Stage::floats,
       .used = [](const Config& c) { return c.brightness_delta > 0; },
       .leave_out = [](Config& c) { c.brightness_delta = 0; },
       .draw = [](const Config& c, ImageSize, ImageSize, RandomStream& r,
                  Draw& d) { d.brightness_delta = around(r, 0, c.brightness_delta); },
       .numbers = {{"brightness_delta", &Draw::brightness_delta, -255, 255, "Added to the pixels, of 255."}},
       .caption = [](const Draw& d) { return fmt::format("brightness {}", signed_number(d.brightness_delta, 0)); }},
      {.name = "contrast",
       .keys = {"contrast"},
       .stage = Stage::floats,
       .used = [](const Config& c) { return c.contrast.has_value(); },
       .leave_out = [](Config& c) { c.contrast.reset(); },
       .draw = [](const Config& c, ImageSize, ImageSize, RandomStream& r, Draw& d) { d.contrast = within(r, c.contrast); },
       .numbers = {{"contrast", &Draw::contrast, 0, 100, "Factor about each channel's mean."}},
       .caption = [](const Draw& d) { return fmt::format("contrast x{:.2f}", d.contrast); }},
  };
  return all;
}

}  // namespace

std::span<const Operation> operations() { return table(); }

bool interpolates(const AugmentConfig& config) {
  const auto& all = table();
  return std::any_of(all.begin(), all.end(), [&](const Operation& o) { return o.about_centre != nullptr && o.used(config); });
}

std::span<float Draw::*const> device_numbers() {
  static const std::vector<float Draw::*> numbers = [] {
    std::vector<float Draw::*> found;
    for (const Operation& operation : table())
      if (operation.stage != Stage::matrix)
        for (const DrawNumber& number : operation.numbers) found.push_back(std::get<float Draw::*>(number.member));
    return found;
  }();
  return numbers;
}

}  // namespace cnnbench
