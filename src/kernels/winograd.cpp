#include "kernels/winograd.hpp"

#include "kernels/loops.hpp"
#include "kernels/winograd_shares.hpp"

namespace cnnbench {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

// Some 16 vectors of numbers for each of the threads, whatever the weights' shape.
constexpr std::int64_t weights_per_task = 256;

// From [F, C, k, k] to [planes, C, F], or to [planes, F, C].
enum class Order { channels_filters, filters_channels };
at::Tensor planes_of(const at::Tensor& weight, Order order) {
  const std::int64_t kernel = weight.size(2), numbers = weight.size(0) * weight.size(1);
  const bool transposed = order == Order::filters_channels;
  const at::Tensor taps =
      weight.detach().permute(transposed ? at::IntArrayRef{2, 3, 0, 1} : at::IntArrayRef{2, 3, 1, 0}).contiguous();
  const at::Tensor planes = at::empty({WinogradShape::planes, taps.size(2), taps.size(3)}, taps.options());
  share_out(numbers, weights_per_task, [&](std::int64_t begin, std::int64_t end) {
    winograd_weights(data<float>(taps), numbers, {begin, end - begin}, static_cast<int>(kernel), data<float>(planes));
  });
  return planes;
}

struct Gradients {
  at::Tensor dx, d_taps, d_bias;
};

// What a task reads.
WinogradGradients task_of(const WinogradTask& task, const at::Tensor& x, const at::Tensor& g, const at::Tensor& kept,
                          const WinogradShape& s) {
  const std::int64_t in = task.pictures.first * s.height * s.width * s.channels,
                     out = task.pictures.first * s.out_height() * s.out_width() * s.filters;
  WinogradGradients with{.x = data<float>(x) + in,
                         .g = data<float>(g) + out,
                         .pictures = task.pictures.count,
                         .channels = task.channels,
                         .filters = task.filters,
                         .planes = task.planes};
  if (s.after == After::relu) with.y = data<float>(kept) + out;
  if (s.after == After::pool_relu) with.winner = data<std::uint8_t>(kept) + out;
  return with;
}

Gradients backward_loops(const at::Tensor& x, const at::Tensor& g, const at::Tensor& kept, const at::Tensor& transposed,
                         const WinogradShape& s) {
  const std::int64_t pictures = x.size(0), in = s.height * s.width * s.channels, numbers = s.channels * s.filters,
                     sums = WinogradShape::planes * numbers;
  const at::Tensor dx = transposed.defined() ? at::empty_like(x) : at::Tensor();
  const WinogradBackwardShares shares = backward_shares(pictures, s, at::get_num_threads(), dx.defined());
  const at::Tensor d_planes = at::empty({shares.parts, WinogradShape::planes, s.channels, s.filters}, x.options());
  const at::Tensor d_bias = at::empty({shares.parts, s.filters}, x.options());
  const auto add_input = [&](WinogradGradients& with, const WinogradTask& task) {
    with.dx = data<float>(dx) + task.pictures.first * in;
    with.weights = data<float>(transposed);
  };
  share_out(shares.tasks(), 1, [&](std::int64_t index, std::int64_t) {
    const bool of_weights = index < shares.weight_tasks();
    const WinogradTask task =
        of_weights ? weight_task(index, shares, pictures, s) : input_task(index - shares.weight_tasks(), shares, pictures, s);
    WinogradGradients with = task_of(task, x, g, kept, s);
    if (of_weights) with.d_planes = data<float>(d_planes) + task.part * sums;
    if (of_weights && task.channels.first == 0 && task.planes.first == 0) with.d_bias = data<float>(d_bias) + task.part * s.filters;
    if (dx.defined() && (!of_weights || shares.picture_groups == 0)) add_input(with, task);
    winograd_backward(with, s);
  });
  const at::Tensor d_taps = at::empty({s.kernel, s.kernel, s.channels, s.filters}, g.options());
  share_out(numbers, weights_per_task, [&](std::int64_t begin, std::int64_t end) {
    winograd_weights_backward(data<float>(d_planes), shares.parts, numbers, {begin, end - begin}, s.kernel, data<float>(d_taps));
  });
  return {dx, d_taps, d_bias.sum(0)};
}

WinogradShape shape_of(const at::Tensor& x, const at::Tensor& weight, const WinogradOptions& o) {
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
    const WinogradShape s = shape_of(x, weight, o);
    const at::Tensor planes = planes_of(weight, Order::channels_filters);
    const std::array<std::int64_t, 4> sizes{x.size(0), s.filters, s.out_height(), s.out_width()};
    const at::TensorOptions options = x.options().requires_grad(false);
    const at::Tensor y = at::empty(sizes, options, at::MemoryFormat::ChannelsLast);
    const bool pooled = o.after == After::pool_relu;
    const at::Tensor winner = pooled ? at::empty(sizes, options.dtype(at::kByte), at::MemoryFormat::ChannelsLast) : at::Tensor();
    const std::int64_t tiles = x.size(0) * s.tiles();
    const WinogradForwardShares shares = forward_shares(x.size(0), s, at::get_num_threads());
    share_out(shares.tasks(), 1, [&](std::int64_t index, std::int64_t) {
      const std::int64_t first = index % shares.tile_blocks * shares.tiles_together;
      winograd_forward({.x = data<float>(x),
                        .weights = data<float>(planes),
                        .bias = data<float>(bias),
                        .y = data<float>(y),
                        .winner = pooled ? data<std::uint8_t>(winner) : nullptr,
                        .tiles = {first, std::min(shares.tiles_together, tiles - first)},
                        .filters = slice_of(index / shares.tile_blocks, shares.filter_slices, s.filters, WinogradShape::block)},
                       s);
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
    const WinogradShape s = shape_of(x, weight,
                                     {.pad_top = static_cast<int>(pads[0]),
                                      .pad_left = static_cast<int>(pads[1]),
                                      .conv_height = pads[2],
                                      .conv_width = pads[3],
                                      .after = static_cast<After>(context->saved_data["after"].toInt())});
    const at::Tensor g = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor transposed = context->needs_input_grad(0) ? planes_of(weight, Order::filters_channels) : at::Tensor();
    const Gradients d = backward_loops(x.detach(), g, kept, transposed, s);
    const at::Tensor d_weight = d.d_taps.permute({3, 2, 0, 1}).contiguous(at::MemoryFormat::ChannelsLast);
    return {d.dx, d_weight, d.d_bias, Variable()};
  }
};

}  // namespace

bool has_winograd(const at::Tensor& x, const at::Tensor& weight) {
  const std::int64_t kernel = weight.size(2);
  return x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous(at::MemoryFormat::ChannelsLast) && x.numel() > 0 &&
         (kernel == 3 || kernel == 5) && weight.size(3) == kernel && weight.size(0) % WinogradShape::block == 0 &&
         weight.size(1) % WinogradShape::block == 0;
}

at::Tensor winograd(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const WinogradOptions& options) {
  return Winograd::apply(x, weight, bias_or_zeros(bias, weight), options);
}

}  // namespace cnnbench
