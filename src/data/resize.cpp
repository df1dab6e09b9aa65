#include "cnnbench/data/resize.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <opencv2/imgproc.hpp>

namespace cnnbench {
namespace {

constexpr int precision_bits = 32 - 8 - 2;  // Pillow's Resample.c

std::uint8_t clip8(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> precision_bits, 0, 255)); }

double weight(Interpolation filter, double x) {
  if (filter == Interpolation::bilinear) return std::max(0.0, 1.0 - std::abs(x));
  return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
}

void resize_with_opencv(std::uint8_t* pixels, ImageSize source, ImageSpan out) {
  static const bool alone = (cv::setNumThreads(1), true);  // whoever decodes has threads of his own
  (void)alone;
  const cv::Mat from(source.height, source.width, CV_8UC3, pixels);
  cv::Mat to(out.size.height, out.size.width, CV_8UC3, out.pixels);
  cv::resize(from, to, to.size(), 0, 0, cv::INTER_CUBIC);
}

}  // namespace

void nearest_positions(int in, int out, std::vector<int>& positions) {
  positions.resize(static_cast<std::size_t>(out));
  // Pillow adds the step up instead of multiplying; with inexact steps that picks other pixels now and then.
  const double step = static_cast<double>(in) / out;
  double at = step * 0.5;
  for (int& position : positions) {
    position = std::min(static_cast<int>(at), in - 1);
    at += step;
  }
}

void RowResizer::Taps::prepare(int in, int out, Interpolation filter) {
  const double scale = static_cast<double>(in) / out, filter_scale = std::max(scale, 1.0), inverse = 1.0 / filter_scale;
  const double support = (filter == Interpolation::bilinear ? 1.0 : 0.5) * filter_scale;
  stride = static_cast<int>(std::ceil(support)) * 2 + 1;
  first.resize(static_cast<std::size_t>(out));
  count.resize(static_cast<std::size_t>(out));
  weights.assign(static_cast<std::size_t>(out) * static_cast<std::size_t>(stride), 0);
  std::vector<double> exact(static_cast<std::size_t>(stride));
  for (int i = 0; i < out; ++i) {
    const double center = (i + 0.5) * scale;
    const int low = std::max(0, static_cast<int>(center - support + 0.5));
    const int n = std::min(in, static_cast<int>(center + support + 0.5)) - low;
    double total = 0;
    for (int k = 0; k < n; ++k) total += exact[static_cast<std::size_t>(k)] = weight(filter, (k + low - center + 0.5) * inverse);
    const auto at = static_cast<std::size_t>(i);
    first[at] = low;
    count[at] = n;
    for (int k = 0; k < n; ++k) {
      const double share = total != 0 ? exact[static_cast<std::size_t>(k)] / total : 0;
      weights[at * static_cast<std::size_t>(stride) + static_cast<std::size_t>(k)] =
          static_cast<std::int32_t>(0.5 + share * (1 << precision_bits));
    }
  }
}

void RowResizer::begin(ImageSize source, Interpolation interpolation, ImageSpan out) {
  source_ = source;
  out_ = out;
  interpolation_ = interpolation;
  next_row_ = 0;
  if (interpolation == Interpolation::nearest) {
    nearest_positions(source.width, out.size.width, columns_);
    nearest_positions(source.height, out.size.height, rows_);
    return;
  }
  if (interpolation == Interpolation::cubic) {  // OpenCV takes whole pictures
    whole_.resize(source.bytes());
    return;
  }
  across_.prepare(source.width, out.size.width, interpolation);
  down_.prepare(source.height, out.size.height, interpolation);
  narrowed_.resize(static_cast<std::size_t>(source.height) * static_cast<std::size_t>(out.size.width) * 3);
}

bool RowResizer::wants(int y) const {
  return interpolation_ != Interpolation::nearest || (next_row_ < rows_.size() && rows_[next_row_] == y);
}

void RowResizer::put(int y, const std::uint8_t* rgb) {
  const auto width = static_cast<std::size_t>(out_.size.width), row_bytes = width * 3;
  if (interpolation_ == Interpolation::nearest) {
    for (; next_row_ < rows_.size() && rows_[next_row_] == y; ++next_row_) {
      std::uint8_t* to = out_.pixels + next_row_ * row_bytes;
      if (next_row_ > 0 && rows_[next_row_ - 1] == y) {
        std::memcpy(to, to - row_bytes, row_bytes);
        continue;
      }
      if (source_.width == out_.size.width) {
        std::memcpy(to, rgb, row_bytes);
        continue;
      }
      for (const int x : columns_) {
        const std::uint8_t* from = rgb + static_cast<std::size_t>(x) * 3;
        *to++ = from[0];
        *to++ = from[1];
        *to++ = from[2];
      }
    }
    return;
  }
  if (interpolation_ == Interpolation::cubic) {
    const std::size_t bytes = static_cast<std::size_t>(source_.width) * 3;
    std::memcpy(whole_.data() + static_cast<std::size_t>(y) * bytes, rgb, bytes);
    return;
  }
  std::uint8_t* to = narrowed_.data() + static_cast<std::size_t>(y) * row_bytes;
  for (std::size_t x = 0; x < width; ++x) {
    const std::uint8_t* from = rgb + static_cast<std::size_t>(across_.first[x]) * 3;
    const std::int32_t* w = across_.weights.data() + x * static_cast<std::size_t>(across_.stride);
    std::int32_t sums[3] = {1 << (precision_bits - 1), 1 << (precision_bits - 1), 1 << (precision_bits - 1)};
    for (int k = 0; k < across_.count[x]; ++k, from += 3)
      for (int c = 0; c < 3; ++c) sums[c] += from[c] * w[k];
    for (const std::int32_t sum : sums) *to++ = clip8(sum);
  }
}

void RowResizer::finish() {
  if (interpolation_ == Interpolation::nearest) return;
  if (interpolation_ == Interpolation::cubic) return resize_with_opencv(whole_.data(), source_, out_);
  const auto row_bytes = static_cast<std::size_t>(out_.size.width) * 3;
  sums_.resize(row_bytes);
  for (std::size_t y = 0; y < static_cast<std::size_t>(out_.size.height); ++y) {
    std::fill(sums_.begin(), sums_.end(), 1 << (precision_bits - 1));
    const std::uint8_t* from = narrowed_.data() + static_cast<std::size_t>(down_.first[y]) * row_bytes;
    const std::int32_t* w = down_.weights.data() + y * static_cast<std::size_t>(down_.stride);
    for (int k = 0; k < down_.count[y]; ++k, from += row_bytes)
      for (std::size_t i = 0; i < row_bytes; ++i) sums_[i] += from[i] * w[k];
    for (std::size_t i = 0; i < row_bytes; ++i) out_.pixels[y * row_bytes + i] = clip8(sums_[i]);
  }
}

}  // namespace cnnbench
