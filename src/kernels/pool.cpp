#include "kernels/pool.hpp"

#include "kernels/loops.hpp"

namespace cnnbench {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

// Windows of up to 15 x 15 have places that fit beside no_winner.
bool has_loops(const at::Tensor& x, const PoolShape& s) { return suits_loops(x) && s.size <= 15 && x.numel() > 0; }

// Rows of some ten thousand elements in all.
std::int64_t pool_rows_per_task(std::int64_t row_elements) {
  return std::max<std::int64_t>(1, 16384 / std::max<std::int64_t>(1, row_elements));
}

template <typename T>
void forward_loops(const at::Tensor& x, const at::Tensor& y, const at::Tensor& winner, const PoolShape& s) {
  share_out(x.size(0) * s.out_height, pool_rows_per_task(s.out_width * s.channels), [&](std::int64_t begin, std::int64_t end) {
    pool_rows(data<T>(x), data<T>(y), data<std::uint8_t>(winner), begin, end - begin, s);
  });
}

template <typename T>
void backward_loops(const at::Tensor& g, const at::Tensor& winner, const at::Tensor& dx, const PoolShape& s) {
  share_out(dx.size(0) * s.height, pool_rows_per_task(s.width * s.channels), [&](std::int64_t begin, std::int64_t end) {
    pool_rows_backward(data<T>(g), data<std::uint8_t>(winner), data<T>(dx), begin, end - begin, s);
  });
}

at::Tensor channels_last(at::IntArrayRef sizes, const at::TensorOptions& options) {
  return at::empty(sizes, options, at::MemoryFormat::ChannelsLast);
}

struct MaxPool : torch::autograd::Function<MaxPool> {
  static Variable forward(AutogradContext* context, const Variable& x, const PoolShape& s) {
    const at::Tensor in = x.contiguous(at::MemoryFormat::ChannelsLast);
    const std::array<std::int64_t, 4> sizes{in.size(0), in.size(1), s.out_height, s.out_width};
    const at::Tensor y = channels_last(sizes, in.options()), winner = channels_last(sizes, in.options().dtype(at::kByte));
    in.scalar_type() == at::kFloat ? forward_loops<float>(in, y, winner, s) : forward_loops<Bfloat16>(in, y, winner, s);
    context->save_for_backward({winner});
    context->saved_data["height"] = s.height;
    context->saved_data["width"] = s.width;
    context->saved_data["size"] = static_cast<std::int64_t>(s.size);
    context->saved_data["stride"] = static_cast<std::int64_t>(s.stride);
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const at::Tensor winner = context->get_saved_variables()[0];
    const at::Tensor g = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const PoolShape s{.height = context->saved_data["height"].toInt(),
                      .width = context->saved_data["width"].toInt(),
                      .channels = g.size(1),
                      .out_height = g.size(2),
                      .out_width = g.size(3),
                      .size = static_cast<int>(context->saved_data["size"].toInt()),
                      .stride = static_cast<int>(context->saved_data["stride"].toInt())};
    const at::Tensor dx = channels_last({g.size(0), g.size(1), s.height, s.width}, g.options());
    g.scalar_type() == at::kFloat ? backward_loops<float>(g, winner, dx, s) : backward_loops<Bfloat16>(g, winner, dx, s);
    return {dx, Variable()};
  }
};

}  // namespace

at::Tensor max_pool(const at::Tensor& x, PoolShape s) {
  s.height = x.size(2);
  s.width = x.size(3);
  s.channels = x.size(1);
  if (has_loops(x, s)) return MaxPool::apply(x, s);
  // Windows that begin within the picture and end beyond it are what ceil_mode adds.
  const bool ceil = (s.out_height - 1) * s.stride + s.size > s.height || (s.out_width - 1) * s.stride + s.size > s.width;
  const at::Tensor y = at::max_pool2d(x, {s.size, s.size}, {s.stride, s.stride}, {0, 0}, {1, 1}, ceil);
  return s.relu ? at::relu(y) : y;
}

}  // namespace cnnbench
