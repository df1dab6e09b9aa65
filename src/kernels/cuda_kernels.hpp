// Our own CUDA kernels, compiled where they run with the NVRTC library that torch brings: building needs no nvcc, and one
// program runs on every GPU that torch knows. Sources: src/kernels/cuda/*.cu.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace cnnbench {

// `source` for the given architecture ("sm_90"), as a cubin; needs no GPU. Throws Error(failed) with the compiler's log.
std::vector<char> compile_cuda(const std::string& source, const std::string& architecture);

// The kernels of one source on the current device.
class CudaKernels {
 public:
  explicit CudaKernels(const std::string& source);  // throws Error(failed)
  ~CudaKernels();
  CudaKernels(const CudaKernels&) = delete;
  CudaKernels& operator=(const CudaKernels&) = delete;
  // One thread an element on torch's current stream, a grid-stride loop in the kernel; `arguments` point to its parameters.
  void launch(const char* kernel, long long count, void** arguments) const;

 private:
  struct Library;
  std::unique_ptr<Library> library_;
};

}  // namespace cnnbench
