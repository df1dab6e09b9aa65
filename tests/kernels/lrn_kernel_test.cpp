// The CUDA kernels of LRN where there is no GPU: their text compiled for the CPU, element by element, and by NVRTC for every
// architecture that torch has kernels for.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "cnnbench/core/error.hpp"
#include "kernels/cuda_kernels.hpp"
#include "kernels/lrn.hpp"
#include "kernels/lrn_cuda.hpp"

namespace cnnbench {
namespace {

#define DEVICE
float reciprocal_root(float v) { return 1 / std::sqrt(v); }
float bits_to_float(unsigned int bits) { return std::bit_cast<float>(bits); }
unsigned int float_to_bits(float v) { return std::bit_cast<unsigned int>(v); }
#include "kernels/cuda/lrn.cu"

template <typename T>
void expect_as_on_the_cpu(at::ScalarType type, double tolerance) {
  at::manual_seed(1);
  for (const int channels : {1, 3, 9, 64})
    for (const LrnOptions& o : {LrnOptions{.alpha = 0.1}, LrnOptions{.radius = 2, .k = 2, .alpha = 0.3, .beta = 0.6}}) {
      const auto pixels = [&] {
        return at::randn({2, channels, 4, 3}).mul_(3).to(type).contiguous(at::MemoryFormat::ChannelsLast);
      };
      const at::Tensor x = pixels(), g = pixels(), y = at::empty_like(x), dx = at::empty_like(x);
      std::vector<float> d(static_cast<std::size_t>(x.numel()));
      const LrnNumbers n{channels, o.radius, static_cast<float>(o.k), static_cast<float>(o.alpha), static_cast<float>(o.beta)};
      for (std::int64_t i = 0; i < x.numel(); ++i)
        lrn_element(i, static_cast<const T*>(x.data_ptr()), static_cast<T*>(y.data_ptr()), d.data(), n);
      for (std::int64_t i = 0; i < x.numel(); ++i)
        lrn_gradient_element(i, static_cast<const T*>(x.data_ptr()), static_cast<const T*>(g.data_ptr()), d.data(),
                             static_cast<T*>(dx.data_ptr()), n);
      const at::Tensor leaf = x.clone().set_requires_grad(true), expected = local_response_norm(leaf, o);
      expected.backward(g);
      EXPECT_TRUE(at::allclose(y.to(at::kFloat), expected.detach().to(at::kFloat), tolerance, tolerance)) << channels;
      EXPECT_TRUE(at::allclose(dx.to(at::kFloat), leaf.grad().to(at::kFloat), tolerance, tolerance)) << channels;
    }
}

TEST(LrnKernel, TheTextComputesWhatTheCpusLoopsDo) {
  expect_as_on_the_cpu<float>(at::kFloat, 1e-5);
  expect_as_on_the_cpu<unsigned short>(at::kBFloat16, 0.01);
}

#ifdef CNNBENCH_CUDA

std::vector<char> compiled(const std::string& source, const char* architecture) {
  try {
    return compile_cuda(source, architecture);
  } catch (const Error& e) {
    ADD_FAILURE() << e.what();
    return {};
  }
}

TEST(LrnKernel, CompilesForEveryArchitecture) {
  for (const char* architecture : {"sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120"}) {
    const std::vector<char> cubin = compiled(lrn_cuda::source, architecture);
    const std::string_view bytes(cubin.data(), cubin.size());
    for (const char* kernel : {"lrn_float32", "lrn_bfloat16", "lrn_gradient_float32", "lrn_gradient_bfloat16"})
      EXPECT_NE(bytes.find(kernel), std::string_view::npos) << architecture << " " << kernel;
  }
}

TEST(LrnKernel, AFaultInTheTextIsTheCompilersMessage) {
  try {
    compile_cuda("extern \"C\" __global__ void broken(float* x) { y = x; }", "sm_90");
    FAIL() << "it compiled";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("\"y\" is undefined"), std::string::npos) << e.what();
  }
}

#endif

}  // namespace
}  // namespace cnnbench
