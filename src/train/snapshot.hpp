// Tensors as they were at one moment, on the CPU and row-major, so that another thread can write them while training goes on.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cnnbench/core/safetensors.hpp"
#include "kernels/tensor.hpp"

namespace cnnbench {

// As safetensors calls it.
std::string dtype_name(at::ScalarType);

class Snapshot {
 public:
  void add(std::string name, const at::Tensor&);  // copied now
  std::vector<TensorView> views() const;          // valid while this lives

 private:
  std::vector<std::pair<std::string, at::Tensor>> tensors_;
};

}  // namespace cnnbench
