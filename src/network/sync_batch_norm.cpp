#include "network/sync_batch_norm.hpp"

namespace cnnbench {
namespace {

using torch::autograd::AutogradContext;
using Tensors = torch::autograd::variable_list;

struct ChannelStatistics {
  at::Tensor mean, variance;  // [C], double; biased
  double values = 0;          // a channel
};

std::vector<std::int64_t> all_but_channels(const at::Tensor& x) {
  std::vector<std::int64_t> dims{0};
  for (std::int64_t d = 2; d < x.dim(); ++d) dims.push_back(d);
  return dims;
}

at::Tensor per_channel(const at::Tensor& values, const at::Tensor& x) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
  shape[1] = values.numel();
  return values.to(x.scalar_type()).view(shape);
}

// Means and variances of parts as those of the whole: Chan, Golub and LeVeque 1979. Sums of squares would lose digits.
ChannelStatistics of_all_ranks(const at::Tensor& x, const RankStatistics& ranks, bool counts) {
  const auto [variance, mean] = at::var_mean(x, all_but_channels(x), /*unbiased=*/false);
  const double own = counts ? static_cast<double>(x.numel() / x.size(1)) : 0;
  const at::Tensor mine =
      at::cat({mean.to(at::kDouble), variance.to(at::kDouble), at::full({1}, own, mean.options().dtype(at::kDouble))});
  const std::int64_t channels = x.size(1);
  ChannelStatistics all{.mean = at::zeros_like(mine.narrow(0, 0, channels)), .variance = {}};
  at::Tensor squares = at::zeros_like(all.mean);
  for (const at::Tensor& rank : ranks.gather(mine)) {
    const at::Tensor part = rank.to(mine.device());
    const double values = part[2 * channels].item<double>();
    if (values == 0) continue;
    const at::Tensor apart = part.narrow(0, 0, channels) - all.mean;
    const double together = all.values + values;
    squares += part.narrow(0, channels, channels) * values + apart.square() * (all.values * values / together);
    all.mean += apart * (values / together);
    all.values = together;
  }
  all.variance = squares / std::max(all.values, 1.0);
  return all;
}

// Ioffe and Szegedy 2015, "Batch Normalization", section 3, with the sums over the batch taken over all ranks.
class SyncBatchNorm : public torch::autograd::Function<SyncBatchNorm> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift,
                            const at::Tensor& mean, const at::Tensor& inverse, double values, const RankStatistics* ranks,
                            bool counts) {
    context->save_for_backward({x, scale, mean, inverse});
    context->saved_data["values"] = values;
    context->saved_data["ranks"] = reinterpret_cast<std::int64_t>(ranks);
    context->saved_data["counts"] = counts;
    const at::Tensor factor = inverse * scale.to(at::kDouble);
    return at::addcmul(per_channel(shift.to(at::kDouble) - mean * factor, x), x, per_channel(factor, x));
  }

  static Tensors backward(AutogradContext* context, Tensors gradients) {
    const Tensors saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &scale = saved[1], &mean = saved[2], &inverse = saved[3];
    const auto* const ranks = reinterpret_cast<const RankStatistics*>(context->saved_data["ranks"].toInt());
    const double values = context->saved_data["values"].toDouble();
    const bool counts = context->saved_data["counts"].toBool();
    const at::Tensor& dy = gradients[0];
    const at::Tensor normalized = (x - per_channel(mean, x)) * per_channel(inverse, x);
    const at::Tensor dshift = dy.sum(all_but_channels(x)), dscale = (dy * normalized).sum(all_but_channels(x));
    at::Tensor sums = at::cat({dshift, dscale}).to(at::kDouble);
    ranks->sum(sums);
    const at::Tensor means = sums / values;
    const std::int64_t channels = x.size(1);
    const at::Tensor dx =
        (dy - per_channel(means.narrow(0, 0, channels), x) - normalized * per_channel(means.narrow(0, channels, channels), x)) *
        per_channel(inverse * scale.to(at::kDouble), x);
    // What does not count is in no mean, so it moves none.
    return {counts ? dx : at::zeros_like(dx), dscale.to(scale.scalar_type()), dshift.to(scale.scalar_type()), {}, {}, {}, {}, {}};
  }
};

}  // namespace

at::Tensor sync_batch_norm(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift, at::Tensor running_mean,
                           at::Tensor running_variance, double keep, double epsilon, const RankStatistics& ranks, bool counts) {
  const at::Tensor values = x.to(at::kFloat);
  ChannelStatistics all;
  {
    const at::NoGradGuard no_grad;
    all = of_all_ranks(values, ranks, counts);
    if (all.values > 1) {  // one value a channel has no variance
      running_mean.lerp_(all.mean.to(running_mean.scalar_type()), 1 - keep);
      running_variance.lerp_((all.variance * (all.values / (all.values - 1))).to(running_variance.scalar_type()), 1 - keep);
    }
  }
  const at::Tensor inverse = (all.variance + epsilon).rsqrt();
  return SyncBatchNorm::apply(values, scale, shift, all.mean, inverse, all.values, &ranks, counts).to(x.scalar_type());
}

}  // namespace cnnbench
