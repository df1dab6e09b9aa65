#include "kernels/lrn_cuda.hpp"

#include <map>
#include <memory>
#include <mutex>

#include "kernels/autocast.hpp"
#include "kernels/cuda_kernels.hpp"
#include "kernels/lrn.hpp"

namespace cnnbench::lrn_cuda {

#ifdef CNNBENCH_CUDA

namespace {

// As in the source.
struct Numbers {
  int channels, radius;
  float k, alpha, beta;
};

Numbers numbers_of(const at::Tensor& x, const LrnOptions& o) {
  return {static_cast<int>(x.size(1)), o.radius, static_cast<float>(o.k), static_cast<float>(o.alpha), static_cast<float>(o.beta)};
}

bool narrow(const at::Tensor& x) { return x.scalar_type() == at::kBFloat16; }

std::mutex mutex;

// By device; null: tried, and not to be used.
std::map<int, std::unique_ptr<CudaKernels>>& kernels() {
  static std::map<int, std::unique_ptr<CudaKernels>> all;
  return all;
}

bool close(const at::Tensor& a, const at::Tensor& b, double tolerance) {
  return at::allclose(a.to(at::kFloat), b.to(at::kFloat), tolerance, tolerance);
}

// On numbers from a formula: the run's random stream stays as it is.
bool right_on(const at::Tensor& like) {
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16})
    for (const LrnOptions& o : {LrnOptions{.alpha = 0.1}, LrnOptions{.radius = 2, .k = 2, .alpha = 0.3, .beta = 0.6}}) {
      const auto numbers = [&](double step) {
        const at::Tensor t = at::arange(2 * 11 * 5 * 3, like.options().dtype(at::kFloat)).mul_(step).sin_().mul_(5);
        return t.to(type).view({2, 11, 5, 3}).contiguous(at::MemoryFormat::ChannelsLast);
      };
      const at::Tensor x = numbers(1.3), g = numbers(0.7), d = at::empty_like(x, x.options().dtype(at::kFloat));
      const double tolerance = type == at::kFloat ? 1e-4 : 0.05;
      if (!close(forward(x, d, o), lrn_by_products(x, {}, o), tolerance)) return false;
      if (!close(backward(x, g, d, o), lrn_by_products(x, g, o), tolerance)) return false;
    }
  return true;
}

}  // namespace

bool usable(const at::Tensor& x) {
  if (!x.is_cuda() || (x.scalar_type() != at::kFloat && !narrow(x))) return false;
  const c10::DeviceGuard on_its_device(x.device());
  const Autocast off(x.device().type(), false);  // it would round what the kernels are compared with
  const std::lock_guard lock(mutex);
  const auto [slot, first_time] = kernels().try_emplace(x.get_device());
  if (!first_time) return slot->second != nullptr;
  try {
    const at::NoGradGuard no_grad;
    slot->second = std::make_unique<CudaKernels>(source);
    if (right_on(x)) return true;
    TORCH_WARN("our LRN kernels give wrong results on this GPU: torch's operations are used instead");
  } catch (const std::exception& e) {
    TORCH_WARN("our LRN kernels cannot be used, torch's operations are: ", e.what());
  }
  slot->second.reset();
  return false;
}

at::Tensor forward(const at::Tensor& x, const at::Tensor& d, const LrnOptions& o) {
  const c10::DeviceGuard on_its_device(x.device());
  const at::Tensor y = at::empty_like(x);
  void *in = x.data_ptr(), *out = y.data_ptr(), *kept = d.data_ptr();
  long long count = x.numel();
  Numbers numbers = numbers_of(x, o);
  void* arguments[] = {&in, &out, &kept, &count, &numbers};
  kernels().at(x.get_device())->launch(narrow(x) ? "lrn_bfloat16" : "lrn_float32", count, arguments);
  return y;
}

at::Tensor backward(const at::Tensor& x, const at::Tensor& g, const at::Tensor& d, const LrnOptions& o) {
  const c10::DeviceGuard on_its_device(x.device());
  const at::Tensor dx = at::empty_like(x);
  void *in = x.data_ptr(), *gradient = g.data_ptr(), *kept = d.data_ptr(), *out = dx.data_ptr();
  long long count = x.numel();
  Numbers numbers = numbers_of(x, o);
  void* arguments[] = {&in, &gradient, &kept, &out, &count, &numbers};
  kernels().at(x.get_device())->launch(narrow(x) ? "lrn_gradient_bfloat16" : "lrn_gradient_float32", count, arguments);
  return dx;
}

#else

bool usable(const at::Tensor&) { return false; }
at::Tensor forward(const at::Tensor& x, const at::Tensor&, const LrnOptions&) { return x; }
at::Tensor backward(const at::Tensor& x, const at::Tensor&, const at::Tensor&, const LrnOptions&) { return x; }

#endif

}  // namespace cnnbench::lrn_cuda
