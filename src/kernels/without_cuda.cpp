// Lets one libcnnbench_nn.so load with a torch that has no CUDA (2.11.0+cpu), as the bundle promises: functions of CUDA's
// half are looked up when first called, but this variable, which inline code of c10 reads, must exist at load time. Where
// libc10_cuda.so is loaded its own is found first and this one is never seen.
#ifdef CNNBENCH_CUDA
#include <c10/cuda/CUDACachingAllocator.h>

namespace c10::cuda::CUDACachingAllocator {
__attribute__((weak)) std::atomic<CUDAAllocator*> allocator;
}
#endif
