// Convolutions and dense layers in bfloat16 while an Autocast lives; libtorch ships no guard class. Thread-local.
#pragma once

#include <ATen/autocast_mode.h>

#include "kernels/tensor.hpp"

namespace cnnbench {

// Then oneDNN's convolutions multiply twice as many at once, where the processor can; ours are float32's.
inline bool in_bfloat16() { return at::autocast::is_autocast_enabled(at::kCPU); }

class Autocast {
 public:
  Autocast(at::DeviceType device, bool bfloat16) : device_(device), before_(at::autocast::is_autocast_enabled(device)) {
    at::autocast::set_autocast_enabled(device_, bfloat16);
    at::autocast::set_autocast_dtype(device_, at::kBFloat16);
    at::autocast::increment_nesting();
  }
  ~Autocast() {
    // Without this the next step would use this step's casts of the weights.
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_, before_);
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  at::DeviceType device_;
  bool before_;
};

}  // namespace cnnbench
