#include "kernels/conv_pool.hpp"

#include "kernels/conv_pool_overlapping_rows.hpp"
#include "kernels/loops.hpp"

namespace cnnbench {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

ConvPoolShape shape_of(const at::Tensor& x, std::int64_t filters, std::int64_t kernel) {
  return {.height = x.size(2), .width = x.size(3), .filters = filters, .kernel = static_cast<int>(kernel)};
}

void forward_loops(const at::Tensor& x, const at::Tensor& taps, const at::Tensor& bias, const at::Tensor& y,
                   const at::Tensor& winner, const ConvPoolShape& s) {
  const std::int64_t in = s.height * s.width * ConvPoolShape::channels, out = s.out_height() * s.out_width() * s.filters;
  const std::int64_t pictures = x.size(0), slices = conv_pool_forward_slices(pictures, s, at::get_num_threads());
  share_out(pictures * slices, 1, [&](std::int64_t index, std::int64_t) {
    const std::int64_t n = index / slices, slice = index % slices;
    const bool by_rows = s.kernel == 3;
    const Slice rows = by_rows ? slice_of(slice, slices, s.out_height()) : Slice{0, s.out_height()};
    ConvPoolShape part = s;
    if (by_rows) part.height = 2 * rows.count + 2;  // a picture of those rows
    const std::int64_t first = n * out + rows.first * s.out_width() * s.filters;
    conv_pool({.x = data<float>(x) + n * in + 2 * rows.first * s.width * ConvPoolShape::channels,
               .weights = data<float>(taps),
               .bias = data<float>(bias),
               .y = data<float>(y) + first,
               .winner = data<std::uint8_t>(winner) + first,
               .pictures = 1,
               .shape = part,
               .filters = by_rows ? Slice{0, s.filters} : slice_of(slice, slices, s.filters, ConvPoolShape::block)});
  });
}

// Each picture's gradient by itself, summed in order afterwards: the same whatever the number of threads.
at::Tensor backward_loops(const at::Tensor& x, const at::Tensor& g, const at::Tensor& winner, const ConvPoolShape& s) {
  const std::int64_t in = s.height * s.width * ConvPoolShape::channels, out = s.out_height() * s.out_width() * s.filters;
  const at::Tensor each = at::empty({x.size(0), s.taps() + 1, s.filters}, x.options());
  const std::int64_t pictures = x.size(0), slices = conv_pool_backward_slices(pictures, s, at::get_num_threads());
  share_out(pictures * slices, 1, [&](std::int64_t index, std::int64_t) {
    const std::int64_t n = index / slices;
    conv_pool_backward({.x = data<float>(x) + n * in,
                        .g = data<float>(g) + n * out,
                        .winner = data<std::uint8_t>(winner) + n * out,
                        .gradients = data<float>(each) + n * (s.taps() + 1) * s.filters,
                        .shape = s,
                        .filters = slice_of(index % slices, slices, s.filters, ConvPoolShape::block)});
  });
  return each.sum(0);
}

struct ConvPool : torch::autograd::Function<ConvPool> {
  static Variable forward(AutogradContext* context, const Variable& x, const Variable& weight, const Variable& bias) {
    const ConvPoolShape s = shape_of(x, weight.size(0), weight.size(2));
    // [F, 3, K, K] to [taps, F], a tap being (row, column, channel).
    const at::Tensor taps = weight.detach().permute({2, 3, 1, 0}).reshape({s.taps(), s.filters}).contiguous();
    const std::array<std::int64_t, 4> sizes{x.size(0), s.filters, s.out_height(), s.out_width()};
    const at::Tensor y = at::empty(sizes, x.options(), at::MemoryFormat::ChannelsLast);
    const at::Tensor winner = at::empty(sizes, x.options().dtype(at::kByte), at::MemoryFormat::ChannelsLast);
    forward_loops(x, taps, bias, y, winner, s);
    context->save_for_backward({x, winner});
    context->saved_data["kernel"] = weight.size(2);
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &winner = saved[1];
    const at::Tensor g = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const ConvPoolShape s = shape_of(x, g.size(1), context->saved_data["kernel"].toInt());
    const at::Tensor both = backward_loops(x, g, winner, s);
    const at::Tensor d_weight = both.narrow(0, 0, s.taps())
                                    .view({s.kernel, s.kernel, ConvPoolShape::channels, s.filters})
                                    .permute({3, 2, 0, 1})
                                    .contiguous(at::MemoryFormat::ChannelsLast);
    return {Variable(), d_weight, both.select(0, s.taps()).clone()};
  }
};

}  // namespace

bool has_conv_pool(const at::Tensor& x, const at::Tensor& weight) {
  const std::int64_t kernel = weight.size(2), height = x.size(2), width = x.size(3);
  const std::array<std::int64_t, 3> picture{ConvPoolShape::channels, kernel, kernel};
  const bool pools =
      kernel == 3 ? height >= 4 && width >= 4 : kernel == 5 && height % 2 == 0 && width % 2 == 0 && has_conv_pool_overlapping();
  return pools && x.is_cpu() && x.scalar_type() == at::kFloat && !x.requires_grad() &&
         x.is_contiguous(at::MemoryFormat::ChannelsLast) && x.numel() > 0 && weight.sizes().slice(1) == at::IntArrayRef(picture) &&
         weight.size(0) % ConvPoolShape::block == 0;
}

at::Tensor conv_pool(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return ConvPool::apply(x, weight, bias_or_zeros(bias, weight));
}

}  // namespace cnnbench
