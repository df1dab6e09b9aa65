#include "kernels/lrn.hpp"

#include "kernels/loops.hpp"
#include "kernels/lrn_cuda.hpp"

namespace cnnbench {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

// Pixels that one thread takes at a time: some ten microseconds of work.
constexpr std::int64_t lrn_rows_per_task = 512;

template <typename T>
void loops(const at::Tensor& x, const at::Tensor& g, const at::Tensor& out, const LrnOptions& o) {
  const std::int64_t channels = x.size(1);
  share_out(x.numel() / channels, lrn_rows_per_task, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t offset = begin * channels, rows = end - begin;
    if (g.defined())
      lrn_rows_backward(data<T>(x) + offset, data<T>(g) + offset, data<T>(out) + offset, rows, channels, o);
    else
      lrn_rows(data<T>(x) + offset, data<T>(out) + offset, rows, channels, o);
  });
}

// Forward where g is undefined. Both are in channels_last.
at::Tensor by_loops(const at::Tensor& x, const at::Tensor& g, const LrnOptions& o) {
  const at::Tensor out = at::empty_like(x);
  if (x.numel() == 0) return out;
  x.scalar_type() == at::kFloat ? loops<float>(x, g, out, o) : loops<Bfloat16>(x, g, out, o);
  return out;
}

at::Tensor band(std::int64_t channels, int radius, const at::TensorOptions& options) {
  const at::Tensor index = at::arange(channels, options.dtype(at::kInt));
  return (index.unsqueeze(0) - index.unsqueeze(1)).abs().le(radius).to(options.dtype());
}

at::Tensor inverse_power(const at::Tensor& d, double beta) {
  if (beta == 0.75) {
    const at::Tensor r = d.rsqrt();
    return r * r.sqrt();
  }
  return d.pow(-beta);
}

}  // namespace

at::Tensor lrn_by_products(const at::Tensor& x, const at::Tensor& gradient, const LrnOptions& o) {
  const at::Tensor rows = x.permute({0, 2, 3, 1});  // each pixel's channels are one row
  const at::Tensor bands = band(x.size(1), o.radius, rows.options());
  const at::Tensor d = at::matmul(rows * rows, bands).mul_(o.alpha).add_(o.k);
  const at::Tensor power = inverse_power(d, o.beta);
  if (!gradient.defined()) return (rows * power).permute({0, 3, 1, 2});
  const at::Tensor own = gradient.permute({0, 2, 3, 1}) * power;
  const at::Tensor crossed = at::matmul(own * rows / d, bands);
  return (own - crossed * rows * (2 * o.alpha * o.beta)).permute({0, 3, 1, 2});
}

namespace {

// On the CPU x alone is kept for the gradient: computing the sums again costs less than writing and reading them.
struct Lrn : torch::autograd::Function<Lrn> {
  static Variable forward(AutogradContext* context, const Variable& x, const LrnOptions& o) {
    const at::Tensor in = x.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor d = lrn_cuda::usable(in) ? at::empty_like(in, in.options().dtype(at::kFloat)) : at::Tensor();
    context->save_for_backward({in, d});
    context->saved_data["radius"] = static_cast<std::int64_t>(o.radius);
    context->saved_data["k"] = o.k;
    context->saved_data["alpha"] = o.alpha;
    context->saved_data["beta"] = o.beta;
    if (d.defined()) return lrn_cuda::forward(in, d, o);
    return suits_loops(in) ? by_loops(in, {}, o) : lrn_by_products(in, {}, o);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const LrnOptions o{.radius = static_cast<int>(context->saved_data["radius"].toInt()),
                       .k = context->saved_data["k"].toDouble(),
                       .alpha = context->saved_data["alpha"].toDouble(),
                       .beta = context->saved_data["beta"].toDouble()};
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &d = saved[1];
    const at::Tensor g = gradients[0].to(x.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
    if (d.defined()) return {lrn_cuda::backward(x, g, d, o), Variable()};
    return {suits_loops(x) ? by_loops(x, g, o) : lrn_by_products(x, g, o), Variable()};
  }
};

}  // namespace

bool has_own_lrn(const at::Tensor& x) { return suits_loops(x) || lrn_cuda::usable(x); }

at::Tensor local_response_norm(const at::Tensor& x, const LrnOptions& options) { return Lrn::apply(x, options); }

}  // namespace cnnbench
