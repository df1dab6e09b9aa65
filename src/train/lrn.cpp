#include "train/lrn.hpp"

#include <cmath>

namespace cnnbench {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

// The sum over neighbouring channels is a product with a band matrix, which in channels_last is one dense product
// over all pixels; libtorch's own composition pads and pools in three dimensions, nine times the cost of a batch norm.
at::Tensor band(std::int64_t channels, int radius, const at::TensorOptions& options) {
  const at::Tensor index = at::arange(channels, options.dtype(at::kInt));
  return (index.unsqueeze(0) - index.unsqueeze(1)).abs().le(radius).to(options.dtype());
}

at::Tensor window_sum(const at::Tensor& pixels, const at::Tensor& band) { return at::matmul(pixels, band); }

// d^-beta; the tutorial's 0.75 without a logarithm.
at::Tensor inverse_power(const at::Tensor& d, double beta) {
  if (beta == 0.75) {
    const at::Tensor r = d.rsqrt();
    return r * r.sqrt();
  }
  return d.pow(-beta);
}

struct Lrn : torch::autograd::Function<Lrn> {
  static Variable forward(AutogradContext* context, const Variable& x, const LrnOptions& o) {
    // [N, H, W, C]: in channels_last a view, and each pixel's channels are one row.
    const at::Tensor rows = x.permute({0, 2, 3, 1});
    const at::Tensor bands = band(x.size(1), o.radius, rows.options());
    const at::Tensor d = window_sum(rows * rows, bands).mul_(o.alpha).add_(o.k);
    context->save_for_backward({x, d});
    context->saved_data["radius"] = static_cast<std::int64_t>(o.radius);
    context->saved_data["alpha"] = o.alpha;
    context->saved_data["beta"] = o.beta;
    return (rows * inverse_power(d, o.beta)).permute({0, 3, 1, 2});
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const double alpha = context->saved_data["alpha"].toDouble(), beta = context->saved_data["beta"].toDouble();
    const at::Tensor rows = saved[0].permute({0, 2, 3, 1});
    const at::Tensor& d = saved[1];
    const at::Tensor g = gradients[0].permute({0, 2, 3, 1});
    const at::Tensor bands = band(saved[0].size(1), static_cast<int>(context->saved_data["radius"].toInt()), rows.options());
    const at::Tensor scaled = g * inverse_power(d, beta);
    const at::Tensor crossed = window_sum(scaled * rows / d, bands);
    return {(scaled - crossed * rows * (2 * alpha * beta)).permute({0, 3, 1, 2}), Variable()};
  }
};

}  // namespace

at::Tensor local_response_norm(const at::Tensor& x, const LrnOptions& options) { return Lrn::apply(x, options); }

}  // namespace cnnbench
