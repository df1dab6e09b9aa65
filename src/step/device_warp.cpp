#include "step/device_warp.hpp"

#include "cnnbench/pipeline/draw.hpp"
#include "step/preprocess.hpp"

namespace cnnbench {
namespace {

// torch's own numbers for grid_sampler_2d.
constexpr std::int64_t bilinear = 0;
enum Padding : std::int64_t { zeros = 0, border = 1, reflection = 2 };

Padding padding_of(FillMode fill) {
  switch (fill) {
    case FillMode::reflect:  // about -0.5 and side - 0.5, as Keras and grid_sampler (align_corners = false) both do
      return reflection;
    case FillMode::constant:  // of pictures from which cval was subtracted
      return zeros;
    case FillMode::nearest:
    case FillMode::wrap:  // coordinates are folded before; this is for their rounding
      return border;
  }
  return border;
}

// Pixel coordinates to grid_sampler's, which run from -1 at the first pixel's outer edge to 1 at the last one's.
at::Tensor to_grid(const at::Tensor& coordinate, std::int64_t side) { return (2 * coordinate + 1) / static_cast<double>(side) - 1; }

}  // namespace

DeviceWarp::DeviceWarp(const AugmentConfig& config, ImageSize input, const at::Device& device) : config_(config) {
  const ImageSize out = augmented_size(config, input);
  const auto options = at::TensorOptions().device(device).dtype(at::kFloat);
  columns_ = at::arange(out.width, options).view({1, 1, -1});
  rows_ = at::arange(out.height, options).view({1, -1, 1});
}

at::Tensor DeviceWarp::operator()(const at::Tensor& pixels, const at::Tensor& draws) const {
  const at::NoGradGuard no_grad;
  const auto number = [&draws](std::int64_t c) { return draws.select(1, c).view({-1, 1, 1}); };
  // Products and sums, no matrix product: autocast and TF32 would take bits from the coordinates.
  const auto coordinate = [&](std::int64_t first) {
    return number(first) * columns_ + (number(first + 1) * rows_ + number(first + 2));
  };
  at::Tensor x = coordinate(affine_column), y = coordinate(affine_column + 3);
  at::Tensor in = pixels.permute({0, 3, 1, 2}).to(at::kFloat);
  if (config_.fill_mode == FillMode::wrap) {  // the seam between the last pixel and the first: one more column and row
    x = at::remainder(x, static_cast<double>(in.size(3)));
    y = at::remainder(y, static_cast<double>(in.size(2)));
    in = at::cat({in, in.narrow(3, 0, 1)}, 3);
    in = at::cat({in, in.narrow(2, 0, 1)}, 2);
  }
  const double outside = config_.fill_mode == FillMode::constant ? config_.cval : 0;
  if (outside != 0) in = in - outside;
  const at::Tensor grid = at::stack({to_grid(x, in.size(3)), to_grid(y, in.size(2))}, 3);
  at::Tensor out = at::grid_sampler_2d(in, grid, bilinear, padding_of(config_.fill_mode), /*align_corners=*/false);
  if (outside != 0) out = out + outside;
  return recoloured(out, draws).permute({0, 2, 3, 1});
}

// Keras' channel shift and brightness on whole numbers, as on the CPU (pipeline/recolour.hpp).
at::Tensor DeviceWarp::recoloured(at::Tensor x, const at::Tensor& draws) const {
  const auto number = [&draws](float Draw::*n) { return draws.select(1, column_of(n)).view({-1, 1, 1, 1}); };
  if (config_.channel_shift == 0 && !config_.brightness) return x;
  x = x.round();
  if (config_.channel_shift != 0) {
    const at::Tensor shifted = x + number(&Draw::channel_shift);
    const at::Tensor within = at::clamp(shifted, x.amin({1, 2, 3}, true), x.amax({1, 2, 3}, true));
    x = config_.brightness ? within.floor() : (within + 0.5).floor();
  }
  if (config_.brightness) x = (x * number(&Draw::brightness)).clamp_max(255).floor();
  return x;
}

}  // namespace cnnbench
