#include "network/network.hpp"
#include "network/sync_batch_norm.hpp"

#include <ATen/autocast_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>

#include "cnnbench/config/own_layers.hpp"
#include "cnnbench/core/error.hpp"
#include "kernels/conv_pool.hpp"
#include "kernels/loops.hpp"
#include "kernels/lrn.hpp"
#include "kernels/pool.hpp"
#include "kernels/vector_code.hpp"
#include "kernels/winograd.hpp"
#include "network/initialize.hpp"
#include "network/library_lrn.hpp"

namespace cnnbench {
namespace {

using Op = LayerFunction;

at::Tensor activate(const at::Tensor& x, Activation kind) {
  switch (kind) {
    case Activation::none:
      return x;
    case Activation::relu:
      return at::relu(x);
    case Activation::leaky_relu:
      return at::leaky_relu(x, 0.2);  // Keras' slope
    case Activation::elu:
      return at::elu(x);
    case Activation::gelu:
      return at::gelu(x);
    case Activation::silu:
      return at::silu(x);
    case Activation::tanh:
      return at::tanh(x);
    case Activation::sigmoid:
      return at::sigmoid(x);
    case Activation::softmax:  // only as the last one, where the loss has it (model/plan.cpp)
      break;
  }
  return x;
}

// In bfloat16 oneDNN's convolutions multiply twice as many at once, where the processor can; ours are float32's.
bool in_bfloat16() { return at::autocast::is_autocast_enabled(at::kCPU); }

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
        return flatten(p);
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
    const LayerConfig& c = p.config;
    const auto own = std::make_shared<bool>(kernels_.has(p.name));
    const double flops = p.flops > 0 ? static_cast<double>(p.flops) : estimate * static_cast<double>(p.in.elements());
    network_.places.push_back({.layer = p.name,
                               .kernel = kernel,
                               .own = own,
                               .run = {},
                               .takes = {},
                               .in = p.in,
                               .flops = flops,
                               .shape = fmt::format("{} {} {} {} {} {} {} {} {} {}", kernel, p.in.str(), p.out.str(), c.kernel,
                                                    c.stride, c.size, c.radius, c.beta, c.use_bias, fmt::join(p.pads, " ")),
                               .first = p.name == network_.plan.layers.front().name});
    return own;
  }

  Op conv(const PlannedLayer& p, Activation activation, bool alone = true) {
    const LayerConfig& c = p.config;
    const at::Tensor w = weight(p.name, {c.filters, p.in.channels / c.groups, c.kernel, c.kernel}, c);
    const at::Tensor b = bias(p, c.filters);
    const auto [top, bottom, left, right] = p.pads;
    const bool even = top == bottom && left == right;
    const std::vector<std::int64_t> padding = even ? std::vector<std::int64_t>{top, left} : std::vector<std::int64_t>{0, 0};
    const std::vector<std::int64_t> uneven{left, right, top, bottom};
    const Op librarys = [=, stride = c.stride, dilation = c.dilation, groups = c.groups](const at::Tensor& x, bool) {
      const at::Tensor in = even ? x : at::constant_pad_nd(x, uneven, 0);
      return activate(at::conv2d(in, w, b, {stride, stride}, padding, {dilation, dilation}, groups), activation);
    };
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

  // With `relu` the activation of the convolution before it, which comes after a max pool just as well (pool.hpp).
  Op pool(const PlannedLayer& p, bool relu = false) {
    const LayerConfig& c = p.config;
    if (c.pool == PoolKind::global_avg) return [](const at::Tensor& x, bool) { return x.mean({2, 3}); };
    if (c.pool == PoolKind::global_max)
      return [relu](const at::Tensor& x, bool) { return relu ? at::relu(at::amax(x, {2, 3})) : at::amax(x, {2, 3}); };
    const auto [top, bottom, left, right] = p.pads;
    const std::vector<std::int64_t> size{c.size, c.size}, stride{c.stride, c.stride}, none{0, 0};
    // Padding at the end only is what ceil_mode does without a copy; cells outside count for neither max nor mean.
    const bool at_end = top == 0 && left == 0 && bottom < c.stride && right < c.stride;
    const bool ceil = at_end && (bottom > 0 || right > 0);
    const std::vector<std::int64_t> uneven{left, right, top, bottom};
    if (c.pool == PoolKind::max) {
      const Op librarys = [=](const at::Tensor& x, bool) {
        const at::Tensor in = at_end ? x : at::constant_pad_nd(x, uneven, -std::numeric_limits<double>::infinity());
        const at::Tensor y = at::max_pool2d(in, size, stride, none, {1, 1}, ceil);
        return relu ? at::relu(y) : y;
      };
      if (!at_end || kernels_.plain) return librarys;
      const std::shared_ptr<bool> own = place(p, "max_pool", /*estimate=*/200);
      const PoolShape shape{.out_height = p.out.height, .out_width = p.out.width, .size = c.size, .stride = c.stride, .relu = relu};
      return placed({}, {}, suits_loops,
                    [=](const at::Tensor& x, bool training) { return *own ? max_pool(x, shape) : librarys(x, training); });
    }
    return [=](const at::Tensor& x, bool) {
      if (at_end) return at::avg_pool2d(x, size, stride, none, ceil, false);
      const at::Tensor inside = at::constant_pad_nd(at::ones({1, 1, x.size(2), x.size(3)}, x.options()), uneven, 0);
      return at::avg_pool2d(at::constant_pad_nd(x, uneven, 0), size, stride) / at::avg_pool2d(inside, size, stride);
    };
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
    if (ranks_) {
      const std::shared_ptr<bool> counts = network_.batch_counts;
      return [=, ranks = *ranks_, keep = p.config.momentum, epsilon = p.config.epsilon](const at::Tensor& x, bool training) {
        if (training) return sync_batch_norm(x, scale, shift, mean, variance, keep, epsilon, ranks, *counts);
        return at::batch_norm(x, scale, shift, mean, variance, false, 1 - keep, epsilon, true);
      };
    }
    return [=, keep = p.config.momentum, epsilon = p.config.epsilon](const at::Tensor& x, bool training) {
      // One value a channel has no variance: it must not make the running one infinite.
      const bool counts = !training || x.numel() > x.size(1);
      return at::batch_norm(x, scale, shift, counts ? mean : at::Tensor(), counts ? variance : at::Tensor(), training, 1 - keep,
                            epsilon, true);
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

  static Op flatten(const PlannedLayer& p) {
    if (p.in.flat) return [](const at::Tensor& x, bool) { return x; };
    // Keras' order (height, width, channel), which in channels_last memory is no copy.
    return [n = p.out.channels](const at::Tensor& x, bool) { return x.permute({0, 2, 3, 1}).reshape({x.size(0), n}); };
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

Kernels kernels_of(const TrainConfig& train) {
  if (train.profile == Profile::tutorial) return plain_kernels();
  const OwnLayers own = own_layers(train.convolution);
  return {.all = own.all || (own.automatic && has_avx2()), .own = own.layers};
}

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
