#include "network/network.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cnnbench/core/error.hpp"
#include "kernels/autocast.hpp"
#include "kernels/conv_pool.hpp"
#include "kernels/loops.hpp"
#include "kernels/lrn.hpp"
#include "kernels/pool.hpp"
#include "kernels/winograd.hpp"
#include "network/initialize.hpp"
#include "network/library_layers.hpp"
#include "network/library_lrn.hpp"
#include "network/sync_batch_norm.hpp"

namespace cnnbench {
namespace {

using Op = LayerFunction;

class Builder {
 public:
  Builder(Network& network, std::uint64_t seed, const Kernels& kernels, const std::optional<RankStatistics>& ranks)
      : network_(network), seed_(seed), kernels_(kernels), ranks_(ranks) {}

  std::vector<Op> layers(const std::vector<PlannedLayer>& planned) {
    std::vector<Op> ops;
    for (std::size_t i = 0; i < planned.size(); ++i) {
      const LayerConfig& c = planned[i].config;
      const bool pooled_next = i + 1 < planned.size() && planned[i + 1].config.type == LayerType::pool &&
                               (planned[i + 1].config.pool == PoolKind::max || planned[i + 1].config.pool == PoolKind::global_max);
      if (!kernels_.plain && c.type == LayerType::conv && c.activation == Activation::relu && pooled_next) {
        ops.push_back(conv_pool_relu(planned[i], planned[i + 1]));
        ++i;
      } else {
        ops.push_back(layer(planned[i]));
      }
    }
    return ops;
  }

 private:
  Op layer(const PlannedLayer& p) {
    const LayerConfig& c = p.config;
    switch (c.type) {
      case LayerType::conv:
        return conv(p, c.activation);
      case LayerType::pool:
        return pool(p);
      case LayerType::dense:
        return dense(p);
      case LayerType::dropout:
        return [rate = c.rate](const at::Tensor& x, bool training) { return at::dropout(x, rate, training); };
      case LayerType::batch_norm:
        return batch_norm(p);
      case LayerType::lrn:
        return lrn(p);
      case LayerType::activation:
        return [kind = c.activation](const at::Tensor& x, bool) { return activate(x, kind); };
      case LayerType::flatten:
        return flatten_as_keras(p);
      case LayerType::residual:
        return residual(p);
    }
    throw Error(ExitCode::failed, "layer " + p.name + " has no implementation");
  }

  at::Tensor weight(const std::string& name, at::IntArrayRef shape, const LayerConfig& c) {
    const RandomStream random{seed_, 0x77656967, network_.parameters.size()};
    at::Tensor value = initial_weights(shape, c.initializer, c.init_stddev, random);
    network_.parameters.push_back({name + ".weight", value, true, c.weight_decay});
    return value;
  }
  at::Tensor vector(const std::string& name, std::int64_t size, double first) {
    at::Tensor value = at::full({size}, first, at::kFloat);
    network_.parameters.push_back({name, value, false, 0});
    return value;
  }
  at::Tensor bias(const PlannedLayer& p, std::int64_t size) {
    return p.config.use_bias ? vector(p.name + ".bias", size, p.config.bias_init) : at::Tensor();
  }

  // Where our own operation may take over; `estimate`: of libtorch's FLOP for each number that comes in, where the plan has none.
  std::shared_ptr<bool> place(const PlannedLayer& p, const std::string& kernel, double estimate = 0) {
    const auto own = std::make_shared<bool>(kernels_.has(p.name));
    network_.places.push_back(
        {.layer = p.name,
         .kernel = kernel,
         .own = own,
         .in = p.in,
         .flops = p.flops > 0 ? static_cast<double>(p.flops) : estimate * static_cast<double>(p.in.elements()),
         .shape = fmt::format("{} {} {} {} {} {} {} {} {} {}", kernel, p.in.str(), p.out.str(), p.config.kernel, p.config.stride,
                              p.config.size, p.config.radius, p.config.beta, p.config.use_bias, fmt::join(p.pads, " ")),
         .first = p.name == network_.plan.layers.front().name});
    return own;
  }

  Op conv(const PlannedLayer& p, Activation activation, bool alone = true) {
    const LayerConfig& c = p.config;
    const at::Tensor w = weight(p.name, {c.filters, p.in.channels / c.groups, c.kernel, c.kernel}, c);
    const at::Tensor b = bias(p, c.filters);
    const Op librarys = library_convolution(p, w, b, activation);
    if (!alone || !own_convolution(c)) return librarys;
    const std::shared_ptr<bool> own = place(p, winograd_name(c));
    const WinogradOptions options = winograd_options(p, activation == Activation::relu ? After::relu : After::nothing);
    const Activation left_over = activation == Activation::relu ? Activation::none : activation;
    const auto takes = [w](const at::Tensor& x) { return has_winograd(x, w); };
    return placed(w, b, takes, [=](const at::Tensor& x, bool training) {
      if (*own && !in_bfloat16() && takes(x)) return activate(winograd(x, w, b, options), left_over);
      return librarys(x, training);
    });
  }

  // The last place's, with what it computes with.
  Op placed(const at::Tensor& w, const at::Tensor& b, std::function<bool(const at::Tensor&)> takes, Op run) {
    KernelPlace& p = network_.places.back();
    p.takes = std::move(takes);
    p.run = run;
    p.float32_only = w.defined();
    if (w.defined()) p.parameters.push_back(w);
    if (b.defined()) p.parameters.push_back(b);
    return run;
  }

  static const char* winograd_name(const LayerConfig& c) { return c.kernel == 3 ? "winograd_4x4" : "winograd_2x2"; }
  static WinogradOptions winograd_options(const PlannedLayer& p, After after) {
    return {.pad_top = p.pads[0], .pad_left = p.pads[2], .conv_height = p.out.height, .conv_width = p.out.width, .after = after};
  }

  bool own_convolution(const LayerConfig& c) const {
    return !kernels_.plain && c.stride == 1 && c.dilation == 1 && c.groups == 1 && (c.kernel == 3 || c.kernel == 5);
  }

  // ReLU last: it comes after a max pool just as well (pool.hpp). Where there are loops for it, all three are one operation.
  Op conv_pool_relu(const PlannedLayer& first, const PlannedLayer& second) {
    const LayerConfig &c = first.config, &p = second.config;
    const std::array<int, 4> none{};
    const bool halves = own_convolution(c) && p.pool == PoolKind::max && p.stride == 2;
    const bool ours = halves && p.size == 2 && second.pads == none;
    const bool pictures =
        (ours && c.kernel == 3 && first.pads == none) ||
        (halves && p.size == 3 && second.pads == std::array{0, 1, 0, 1} && c.kernel == 5 && first.pads == std::array{2, 2, 2, 2});
    const bool of_pictures = pictures && first.in.channels == 3;
    const Op convolution = conv(first, Activation::none, /*alone=*/!ours && !of_pictures), pooling = pool(second, /*relu=*/true);
    const Op apart = [=](const at::Tensor& x, bool training) { return pooling(convolution(x, training), training); };
    if (!ours && !of_pictures) return apart;
    const std::vector<Parameter>& known = network_.parameters;
    const at::Tensor w = known[known.size() - (c.use_bias ? 2 : 1)].value, b = c.use_bias ? known.back().value : at::Tensor();
    const std::shared_ptr<bool> own = place(first, of_pictures ? "conv_pool" : std::string(winograd_name(c)) + "_pool");
    network_.places.back().covers = second.name;
    if (of_pictures) {
      const auto takes = [w](const at::Tensor& x) { return has_conv_pool(x, w); };
      return placed(w, b, takes, [=](const at::Tensor& x, bool training) {
        return *own && !in_bfloat16() && takes(x) ? conv_pool(x, w, b) : apart(x, training);
      });
    }
    const WinogradOptions options = winograd_options(first, After::pool_relu);
    const auto takes = [w](const at::Tensor& x) { return has_winograd(x, w); };
    return placed(w, b, takes, [=](const at::Tensor& x, bool training) {
      return *own && !in_bfloat16() && takes(x) ? winograd(x, w, b, options) : apart(x, training);
    });
  }

  Op pool(const PlannedLayer& p, bool relu = false) {
    const LayerConfig& c = p.config;
    const Op librarys = library_pool(p, relu);
    if (c.pool != PoolKind::max || !padded_at_end(p) || kernels_.plain) return librarys;
    const std::shared_ptr<bool> own = place(p, "max_pool", /*estimate=*/200);
    const PoolShape shape{.out_height = p.out.height, .out_width = p.out.width, .size = c.size, .stride = c.stride, .relu = relu};
    return placed({}, {}, suits_loops,
                  [=](const at::Tensor& x, bool training) { return *own ? max_pool(x, shape) : librarys(x, training); });
  }

  Op dense(const PlannedLayer& p) {
    const at::Tensor w = weight(p.name, {*p.config.units, p.in.channels}, p.config);
    const at::Tensor b = bias(p, *p.config.units);
    return [=, kind = p.config.activation](const at::Tensor& x, bool) { return activate(at::linear(x, w, b), kind); };
  }

  Op batch_norm(const PlannedLayer& p) {
    const std::int64_t n = p.in.channels;
    const at::Tensor scale = vector(p.name + ".weight", n, 1), shift = vector(p.name + ".bias", n, 0);
    const at::Tensor mean = at::zeros({n}), variance = at::ones({n});
    network_.buffers.push_back({p.name + ".running_mean", mean});
    network_.buffers.push_back({p.name + ".running_var", variance});
    const Op librarys = library_batch_norm(p.config, scale, shift, mean, variance);
    if (!ranks_) return librarys;
    const std::shared_ptr<bool> counts = network_.batch_counts;
    return [=, ranks = *ranks_, keep = p.config.momentum, epsilon = p.config.epsilon](const at::Tensor& x, bool training) {
      if (training) return sync_batch_norm(x, scale, shift, mean, variance, keep, epsilon, ranks, *counts);
      return librarys(x, training);
    };
  }

  Op lrn(const PlannedLayer& p) {
    const LayerConfig& c = p.config;
    const int window = 2 * c.radius + 1;  // over which torch's alpha is divided
    const Op torchs = library_lrn(window, c.alpha * window, c.beta, c.bias);
    if (kernels_.plain) return torchs;
    const std::shared_ptr<bool> own = place(p, "lrn", /*estimate=*/1000);
    const LrnOptions o{.radius = c.radius, .k = c.bias, .alpha = c.alpha, .beta = c.beta};
    return placed({}, {}, has_own_lrn, [=](const at::Tensor& x, bool training) {
      // In the order of memory that the layers around it want.
      return *own ? local_response_norm(x, o) : torchs(x, training).contiguous(at::MemoryFormat::ChannelsLast);
    });
  }

  Op residual(const PlannedLayer& p) {
    const std::vector<Op> branch = layers(p.branch);
    Op shortcut;
    if (p.projected) {
      PlannedLayer projection{.name = p.name + ".shortcut", .config = p.config, .in = p.in, .out = p.out};
      projection.config.filters = p.out.channels;
      projection.config.kernel = projection.config.groups = projection.config.dilation = 1;
      shortcut = conv(projection, Activation::none);
    }
    return [=, kind = p.config.activation](const at::Tensor& x, bool training) {
      at::Tensor y = x;
      for (const Op& op : branch) y = op(y, training);
      return activate(y + (shortcut ? shortcut(x, training) : x), kind);
    };
  }

  Network& network_;
  std::uint64_t seed_;
  const Kernels& kernels_;
  const std::optional<RankStatistics>& ranks_;
};

}  // namespace

Network build_network(const Plan& plan, std::uint64_t seed, const at::Device& device, const Kernels& kernels,
                      const std::optional<RankStatistics>& ranks) {
  Network network{.plan = plan, .parameters = {}, .buffers = {}, .layers = {}};
  if (ranks) network.batch_counts = std::make_shared<bool>(true);
  network.layers = Builder(network, seed, kernels, ranks).layers(plan.layers);
  if (kernels.plain) network.layers.insert(network.layers.begin(), [](const at::Tensor& x, bool) { return x.contiguous(); });
  for (Parameter& p : network.parameters) {
    at::Tensor moved = p.value.to(device);
    p.value.set_data(moved.dim() == 4 && !kernels.plain ? moved.contiguous(at::MemoryFormat::ChannelsLast) : moved);
    p.value.set_requires_grad(true);
  }
  for (Buffer& b : network.buffers) b.value.set_data(b.value.to(device));
  return network;
}

}  // namespace cnnbench
