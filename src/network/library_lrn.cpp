#include "network/library_lrn.hpp"

#include <torch/nn/functional/normalization.h>

namespace cnnbench {

LayerFunction library_lrn(std::int64_t window, double alpha, double beta, double k) {
  namespace F = torch::nn::functional;
  const auto options = F::LocalResponseNormFuncOptions(window).alpha(alpha).beta(beta).k(k);
  return [options](const at::Tensor& x, bool) { return F::local_response_norm(x, options); };
}

}  // namespace cnnbench
