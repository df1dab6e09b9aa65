#include "train/winograd.hpp"

#include <bit>

#include "train/loops.hpp"

namespace cnnbench {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;
using Shape = WinogradShape;

// From [F, C, k, k] to [planes, C, F], or to [planes, F, C].
enum class Order { channels_filters, filters_channels };
at::Tensor planes_of(const at::Tensor& weight, Order order) {
  const std::int64_t kernel = weight.size(2);
  const bool transposed = order == Order::filters_channels;
  const at::Tensor taps =
      weight.detach().permute(transposed ? at::IntArrayRef{2, 3, 0, 1} : at::IntArrayRef{2, 3, 1, 0}).contiguous();
  const at::Tensor planes = at::empty({Shape::planes, taps.size(2), taps.size(3)}, taps.options());
  winograd_weights(data<float>(taps), taps.size(2), taps.size(3), static_cast<int>(kernel), data<float>(planes));
  return planes;
}

// In how many parts the gradient is summed, each part's pictures in order: the same whatever the number of threads. A part's sums
// are as large as 36 weights' planes, so there are few where pictures have few tiles.
std::int64_t parts_of(std::int64_t pictures, const Shape& s) {
  const std::int64_t most = std::min<std::int64_t>(pictures, pictures * s.tiles() / 100);
  return static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(std::clamp<std::int64_t>(most, 1, 16))));
}

struct Gradients {
  at::Tensor dx, d_planes, d_bias;
};

Gradients backward_loops(const at::Tensor& x, const at::Tensor& g, const at::Tensor& kept, const at::Tensor& transposed,
                         const Shape& s) {
  const std::int64_t pictures = x.size(0), parts = parts_of(pictures, s), in = s.height * s.width * s.channels,
                     out = s.out_height() * s.out_width() * s.filters, sums = Shape::planes * s.channels * s.filters;
  const at::Tensor dx = transposed.defined() ? at::empty_like(x) : at::Tensor();
  const at::Tensor d_planes = at::empty({parts, Shape::planes, s.channels, s.filters}, x.options());
  const at::Tensor d_bias = at::empty({parts, s.filters}, x.options());
  share_out(parts, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part) {
      const std::int64_t first = part * pictures / parts, last = (part + 1) * pictures / parts;
      WinogradGradients with{.x = data<float>(x) + first * in,
                             .g = data<float>(g) + first * out,
                             .d_planes = data<float>(d_planes) + part * sums,
                             .d_bias = data<float>(d_bias) + part * s.filters};
      if (s.after == After::relu) with.y = data<float>(kept) + first * out;
      if (s.after == After::pool_relu) with.winner = data<std::uint8_t>(kept) + first * out;
      if (dx.defined()) {
        with.dx = data<float>(dx) + first * in;
        with.weights = data<float>(transposed);
      }
      winograd_backward(with, last - first, s);
    }
  });
  return {dx, d_planes.sum(0), d_bias.sum(0)};
}

Shape shape_of(const at::Tensor& x, const at::Tensor& weight, const WinogradOptions& o) {
  return {.height = x.size(2),
          .width = x.size(3),
          .channels = x.size(1),
          .filters = weight.size(0),
          .kernel = static_cast<int>(weight.size(2)),
          .pad_top = o.pad_top,
          .pad_left = o.pad_left,
          .conv_height = o.conv_height,
          .conv_width = o.conv_width,
          .after = o.after};
}

struct Winograd : torch::autograd::Function<Winograd> {
  static Variable forward(AutogradContext* context, const Variable& x, const Variable& weight, const Variable& bias,
                          const WinogradOptions& o) {
    const Shape s = shape_of(x, weight, o);
    const at::Tensor planes = planes_of(weight, Order::channels_filters);
    const std::array<std::int64_t, 4> sizes{x.size(0), s.filters, s.out_height(), s.out_width()};
    const at::TensorOptions options = x.options().requires_grad(false);
    const at::Tensor y = at::empty(sizes, options, at::MemoryFormat::ChannelsLast);
    const bool pooled = o.after == After::pool_relu;
    const at::Tensor winner = pooled ? at::empty(sizes, options.dtype(at::kByte), at::MemoryFormat::ChannelsLast) : at::Tensor();
    share_out(x.size(0) * s.tiles(), Shape::together, [&](std::int64_t begin, std::int64_t end) {
      winograd_forward(data<float>(x), data<float>(planes), data<float>(bias), data<float>(y),
                       pooled ? data<std::uint8_t>(winner) : nullptr, begin, end - begin, s);
    });
    context->save_for_backward({x, weight, pooled ? winner : o.after == After::relu ? y : at::Tensor()});
    context->saved_data["pads"] = std::vector<std::int64_t>{o.pad_top, o.pad_left, o.conv_height, o.conv_width};
    context->saved_data["after"] = static_cast<std::int64_t>(o.after);
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &kept = saved[2];
    const std::vector<std::int64_t> pads = context->saved_data["pads"].toIntVector();
    const Shape s = shape_of(x, weight,
                             {.pad_top = static_cast<int>(pads[0]),
                              .pad_left = static_cast<int>(pads[1]),
                              .conv_height = pads[2],
                              .conv_width = pads[3],
                              .after = static_cast<After>(context->saved_data["after"].toInt())});
    const at::Tensor g = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor transposed = context->needs_input_grad(0) ? planes_of(weight, Order::filters_channels) : at::Tensor();
    const Gradients d = backward_loops(x.detach(), g, kept, transposed, s);
    const at::Tensor d_taps = at::empty({s.kernel, s.kernel, s.channels, s.filters}, g.options());
    winograd_weights_backward(data<float>(d.d_planes), s.channels, s.filters, s.kernel, data<float>(d_taps));
    const at::Tensor d_weight = d_taps.permute({3, 2, 0, 1}).contiguous(at::MemoryFormat::ChannelsLast);
    return {d.dx, d_weight, d.d_bias, Variable()};
  }
};

}  // namespace

bool has_winograd(const at::Tensor& x, const at::Tensor& weight) {
  const std::int64_t kernel = weight.size(2);
  return has_winograd_loops() && x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous(at::MemoryFormat::ChannelsLast) &&
         x.numel() > 0 && (kernel == 3 || kernel == 5) && weight.size(3) == kernel && weight.size(0) % Shape::block == 0 &&
         weight.size(1) % Shape::block == 0;
}

at::Tensor winograd(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const WinogradOptions& options) {
  return Winograd::apply(x, weight, bias_or_zeros(bias, weight), options);
}

}  // namespace cnnbench
