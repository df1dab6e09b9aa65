#include "cnnbench/draw/canvas.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <opencv2/imgproc.hpp>

namespace cnnbench {
namespace {

Box clipped(Box b, ImageSize size) {
  const int right = std::clamp(b.x + b.width, 0, size.width), bottom = std::clamp(b.y + b.height, 0, size.height);
  const int x = std::clamp(b.x, 0, size.width), y = std::clamp(b.y, 0, size.height);
  return {x, y, std::max(0, right - x), std::max(0, bottom - y)};
}

std::size_t offset(ImageSize size, int x, int y) {
  return (static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width) + static_cast<std::size_t>(x)) * 3;
}

}  // namespace

Canvas::Canvas(ImageSize s, Rgb ground) : size(s), pixels(s.bytes()) { fill_box(*this, {0, 0, s.width, s.height}, ground); }

Rgb Canvas::at(int x, int y) const {
  const std::uint8_t* p = pixels.data() + offset(size, x, y);
  return {p[0], p[1], p[2]};
}

void fill_box(Canvas& canvas, Box box, Rgb colour) {
  box = clipped(box, canvas.size);
  for (int y = box.y; y < box.y + box.height; ++y) {
    std::uint8_t* p = canvas.pixels.data() + offset(canvas.size, box.x, y);
    for (int x = 0; x < box.width; ++x) {
      *p++ = colour.r;
      *p++ = colour.g;
      *p++ = colour.b;
    }
  }
}

void frame_box(Canvas& canvas, Box b, int thickness, Rgb colour) {
  fill_box(canvas, {b.x, b.y, b.width, thickness}, colour);
  fill_box(canvas, {b.x, b.y + b.height - thickness, b.width, thickness}, colour);
  fill_box(canvas, {b.x, b.y, thickness, b.height}, colour);
  fill_box(canvas, {b.x + b.width - thickness, b.y, thickness, b.height}, colour);
}

void paste(Canvas& canvas, int x, int y, ImageView picture) {
  const Box to = clipped({x, y, picture.size.width, picture.size.height}, canvas.size);
  for (int row = to.y; row < to.y + to.height; ++row)
    std::memcpy(canvas.pixels.data() + offset(canvas.size, to.x, row), picture.pixels + offset(picture.size, to.x - x, row - y),
                static_cast<std::size_t>(to.width) * 3);
}

Canvas enlarged(ImageView in, int factor) {
  Canvas out({in.size.height * factor, in.size.width * factor}, {});
  for (int y = 0; y < out.size.height; ++y)
    for (int x = 0; x < out.size.width; ++x)
      std::memcpy(out.pixels.data() + offset(out.size, x, y), in.pixels + offset(in.size, x / factor, y / factor), 3);
  return out;
}

ImageSize fitted_size(ImageSize picture, ImageSize box) {
  const double scale = std::min(static_cast<double>(box.width) / picture.width, static_cast<double>(box.height) / picture.height);
  return {std::clamp(static_cast<int>(std::lround(picture.height * scale)), 1, box.height),
          std::clamp(static_cast<int>(std::lround(picture.width * scale)), 1, box.width)};
}

Canvas fitted(ImageView in, ImageSize box) {
  Canvas out(fitted_size(in.size, box), {});
  const cv::Mat from(in.size.height, in.size.width, CV_8UC3, const_cast<std::uint8_t*>(in.pixels));  // only read
  cv::Mat to(out.size.height, out.size.width, CV_8UC3, out.pixels.data());
  const bool shrinks = out.size.height < in.size.height || out.size.width < in.size.width;
  cv::resize(from, to, to.size(), 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
  return out;
}

}  // namespace cnnbench
