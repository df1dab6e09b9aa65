// The Draw by OpenCV's own calls, on cv::Mat headers over the picture and over its slot: nothing is copied on the way.
#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <optional>

#include "warps.hpp"

namespace cnnbench {
namespace {

cv::Mat header(const std::uint8_t* pixels, ImageSize size) {
  return {size.height, size.width, CV_8UC3, const_cast<std::uint8_t*>(pixels)};  // cv::Mat has no const data
}

int border_of(FillMode mode) {
  switch (mode) {
    case FillMode::nearest:
      return cv::BORDER_REPLICATE;
    case FillMode::reflect:
      return cv::BORDER_REFLECT;
    case FillMode::wrap:
      return cv::BORDER_WRAP;
    case FillMode::constant:
      break;
  }
  return cv::BORDER_CONSTANT;
}

// Crop and flips alone: what part of the picture, and how it is mirrored.
struct Moved {
  cv::Rect part;
  bool mirrored_x = false, mirrored_y = false;
};

std::optional<Moved> whole_pixels(const float (&a)[6], ImageSize in, ImageSize out) {
  if (a[1] != 0 || a[3] != 0 || std::abs(a[0]) != 1 || std::abs(a[4]) != 1) return std::nullopt;
  if (a[2] != std::floor(a[2]) || a[5] != std::floor(a[5])) return std::nullopt;
  const bool x = a[0] < 0, y = a[4] < 0;
  const float left = x ? a[2] - static_cast<float>(out.width - 1) : a[2],
              top = y ? a[5] - static_cast<float>(out.height - 1) : a[5];
  if (left < 0 || top < 0 || left + static_cast<float>(out.width) > static_cast<float>(in.width) ||
      top + static_cast<float>(out.height) > static_cast<float>(in.height))
    return std::nullopt;
  return Moved{{static_cast<int>(left), static_cast<int>(top), out.width, out.height}, x, y};
}

void move(const cv::Mat& part, const Moved& m, cv::Mat& to) {
  if (m.mirrored_x || m.mirrored_y)
    cv::flip(part, to, m.mirrored_x && m.mirrored_y ? -1 : m.mirrored_x ? 1 : 0);
  else
    part.copyTo(to);
}

// Keras' channel_shift, clipped to the picture's own range, and its brightness, truncated as PIL does: 256 values, one table.
void recolour(cv::Mat& picture, float channel_shift, float brightness) {
  double low = 0, high = 255;
  if (channel_shift != 0) cv::minMaxLoc(picture.reshape(1), &low, &high);
  std::array<std::uint8_t, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    auto value = static_cast<float>(i);
    if (channel_shift != 0) value = std::clamp(value + channel_shift, static_cast<float>(low), static_cast<float>(high));
    value = brightness != 1 ? std::min(std::floor(value) * brightness, 255.0F) : value + 0.5F;
    table[i] = static_cast<std::uint8_t>(value);
  }
  cv::LUT(picture, cv::Mat(1, 256, CV_8U, table.data()), picture);
}

}  // namespace

void warp_with_opencv(ImageView in, const Draw& draw, Fill fill, ImageSpan out) {
  // The loader's workers are the threads: OpenCV's pool beside them would only take their cores.
  static const bool alone = (cv::setNumThreads(1), true);
  (void)alone;
  if (out.size.bytes() == 0) return;
  const cv::Mat from = header(in.pixels, in.size);
  cv::Mat to = header(out.pixels, out.size);
  if (const auto moved = whole_pixels(draw.affine, in.size, out.size))
    move(from(moved->part), *moved, to);
  else
    cv::warpAffine(from, to, cv::Matx23f(draw.affine), to.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, border_of(fill.mode),
                   cv::Scalar::all(fill.value));
  if (draw.channel_shift != 0 || draw.brightness != 1) recolour(to, draw.channel_shift, draw.brightness);
}

}  // namespace cnnbench
