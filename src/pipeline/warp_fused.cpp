// Chooses the cheapest way that gives the exact answer (copy, crop and flips, bilinear), then does the two colour steps.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "bilinear.hpp"
#include "cnnbench/core/error.hpp"
#include "recolour.hpp"
#include "warps.hpp"

namespace cnnbench {
namespace {

// Copies a row whose pixels go right to left in the source; `last` is the source pixel of output pixel 0. Four bytes at a
// time: the fourth is overwritten by the next pixel, and the last pixel goes by itself.
void copy_row_mirrored(const std::uint8_t* last, int width, std::uint8_t* out) {
  int x = 0;
  for (; x + 1 < width; ++x, last -= 3, out += 3) {
    std::uint32_t four;
    std::memcpy(&four, last, 4);
    std::memcpy(out, &four, 4);
  }
  std::memcpy(out, last, 3);
}

// Crop and flips are whole-pixel moves: true if that is all there is and no pixel outside is needed.
bool copy_moved(ImageView in, const float (&affine)[6], ImageSpan out) {
  const float step_x = affine[0], step_y = affine[4], x0 = affine[2], y0 = affine[5];
  if (affine[1] != 0 || affine[3] != 0 || std::abs(step_x) != 1 || std::abs(step_y) != 1) return false;
  if (x0 != std::floor(x0) || y0 != std::floor(y0)) return false;
  const float end_x = x0 + step_x * static_cast<float>(out.size.width - 1);
  const float end_y = y0 + step_y * static_cast<float>(out.size.height - 1);
  if (std::min({x0, end_x, y0, end_y}) < 0) return false;
  if (std::max(x0, end_x) > static_cast<float>(in.size.width - 1) || std::max(y0, end_y) > static_cast<float>(in.size.height - 1))
    return false;
  const std::ptrdiff_t in_stride = std::ptrdiff_t{3} * in.size.width, out_stride = std::ptrdiff_t{3} * out.size.width;
  const bool mirrored = step_x < 0 && out.size.width > 1;
  for (int y = 0; y < out.size.height; ++y) {
    const std::ptrdiff_t in_y = static_cast<std::ptrdiff_t>(y0) + static_cast<std::ptrdiff_t>(step_y) * y;
    const std::uint8_t* from = in.pixels + in_y * in_stride + std::ptrdiff_t{3} * static_cast<std::ptrdiff_t>(x0);
    std::uint8_t* to = out.pixels + y * out_stride;
    if (!mirrored) {
      std::memcpy(to, from, static_cast<std::size_t>(out_stride));
    } else if (in_y == in.size.height - 1 && static_cast<int>(x0) == in.size.width - 1) {
      // The very last pixel of the picture has no fourth byte.
      std::memcpy(to, from, 3);
      copy_row_mirrored(from - 3, out.size.width - 1, to + 3);
    } else {
      copy_row_mirrored(from, out.size.width, to);
    }
  }
  return true;
}

// A copy of `in` within a frame: columns and rows [-before, side + after), outside pixels by `source_index` (or cval: -1).
template <typename SourceIndex>
ImageView framed(ImageView in, int before, int after, const SourceIndex& source_index, std::uint8_t cval) {
  thread_local std::vector<std::uint8_t> frame;
  const ImageSize size{in.size.height + before + after, in.size.width + before + after};
  frame.resize(size.bytes());
  std::uint8_t* out = frame.data();
  for (int y = -before; y < in.size.height + after; ++y) {
    const int from_y = source_index(y, in.size.height);
    for (int x = -before; x < in.size.width + after; ++x, out += 3) {
      if (x == 0 && from_y >= 0) {  // the middle of the row at once
        const std::size_t bytes = std::size_t{3} * static_cast<std::size_t>(in.size.width);
        std::memcpy(out, in.pixels + static_cast<std::size_t>(from_y) * bytes, bytes);
        x += in.size.width - 1;
        out += bytes - 3;
        continue;
      }
      const int from_x = source_index(x, in.size.width);
      if (from_x < 0 || from_y < 0) {
        std::memset(out, cval, 3);
      } else {
        std::memcpy(out, in.pixels + (std::ptrdiff_t{from_y} * in.size.width + from_x) * 3, 3);
      }
    }
  }
  return {frame.data(), size};
}

struct Bounds {
  double low, high;
};

// Where one input coordinate lies over the whole output.
Bounds bounds(const float* row, ImageSize out) {
  const double along_x = static_cast<double>(row[0]) * (out.width - 1), along_y = static_cast<double>(row[1]) * (out.height - 1);
  return {row[2] + std::min(along_x, 0.0) + std::min(along_y, 0.0), row[2] + std::max(along_x, 0.0) + std::max(along_y, 0.0)};
}

// At most one period outside, with room for the lanes that are computed beyond the last column.
bool one_period(Bounds b, double step, int side) {
  const double slack = bilinear::block * std::abs(step) + 1;
  return b.low - slack > -side && b.high + slack < 2.0 * side - 1;
}

void sample(ImageView in, const Draw& draw, Fill fill, ImageSpan out) {
  using bilinear::Fold;
  const auto fixed = [](float v) { return static_cast<std::int64_t>(std::llround(static_cast<double>(v) * 0x1p32)); };
  const float* a = draw.affine;
  bilinear::Map map{fixed(a[0]), fixed(a[1]), fixed(a[2]), fixed(a[3]), fixed(a[4]), fixed(a[5])};
  const ImageSize folded = in.size;
  const bool once = one_period(bounds(a, out.size), a[0], folded.width) && one_period(bounds(a + 3, out.size), a[3], folded.height);
  Fold fold = Fold::none;
  ImageView source = in;
  switch (fill.mode) {
    case FillMode::nearest:
      break;
    case FillMode::reflect:
      fold = once ? Fold::reflect_once : Fold::reflect_any;
      break;
    case FillMode::wrap:  // the seam between last and first pixel: one more column and row
      fold = once ? Fold::wrap_once : Fold::wrap_any;
      source = framed(
          in, 0, 1, [](int i, int side) { return i % side; }, 0);
      break;
    case FillMode::constant:  // a frame of cval; what lies further out clamps to it
      source = framed(
          in, 1, 1, [](int i, int side) { return i < side ? i : -1; }, fill.value);
      map.x0 += std::int64_t{1} << 32;
      map.y0 += std::int64_t{1} << 32;
      break;
  }
  if (source.size.width < 2 || source.size.height < 2)  // the kernel wants a right and a lower neighbour
    source = framed(
        source, 0, 1, [](int i, int side) { return std::min(i, side - 1); }, 0);
  bilinear::run({source.pixels, source.size, folded, map, fold, out.pixels, out.size});
}

}  // namespace

void warp_fused(ImageView in, const Draw& draw, Fill fill, ImageSpan out) {
  if (std::max({in.size.width, in.size.height, out.size.width, out.size.height}) > bilinear::max_side)
    throw Error(ExitCode::failed, fmt::format("a picture of {}x{} is too large to augment (at most {} a side)", in.size.width,
                                              in.size.height, bilinear::max_side));
  if (out.size.bytes() == 0) return;
  if (draw.identity && in.size == out.size) {
    std::memcpy(out.pixels, in.pixels, out.size.bytes());
  } else if (!copy_moved(in, draw.affine, out)) {
    sample(in, draw, fill, out);
  }
  if (draw.channel_shift != 0 || draw.brightness != 1) recolour(out.pixels, out.size.bytes(), draw.channel_shift, draw.brightness);
}

}  // namespace cnnbench
