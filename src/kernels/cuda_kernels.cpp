#ifdef CNNBENCH_CUDA
#include "kernels/cuda_kernels.hpp"

#include <ATen/Context.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <nvrtc.h>

#include <algorithm>
#include <filesystem>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;

// The torch that is loaded brings its own NVRTC: in its folder, or in those of the nvidia wheels beside it.
fs::path nvrtc_file() {
  Dl_info torch{};
  dladdr(reinterpret_cast<const void*>(&at::globalContext), &torch);
  const fs::path lib = fs::path(torch.dli_fname ? torch.dli_fname : "").parent_path();
  std::vector<fs::path> folders{lib};
  std::error_code failed;
  for (const auto& wheel : fs::directory_iterator(lib.parent_path().parent_path() / "nvidia", failed)) folders.push_back(wheel.path() / "lib");
  for (const fs::path& folder : folders)
    for (const auto& file : fs::directory_iterator(folder, failed))
      if (file.path().filename().string().starts_with("libnvrtc.so.")) return file.path();
  return fmt::format("libnvrtc.so.{}", CUDART_VERSION / 1000);  // wherever the system has it
}

void* nvrtc() {
  static void* const handle = [] {
    void* const opened = dlopen(nvrtc_file().c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (!opened) throw Error(ExitCode::failed, fmt::format("NVRTC cannot be loaded: {}", dlerror()));
    return opened;
  }();
  return handle;
}

template <typename Function>
Function* call(const char* name) {
  void* const found = dlsym(nvrtc(), name);
  if (!found) throw Error(ExitCode::failed, fmt::format("torch's NVRTC has no {}", name));
  return reinterpret_cast<Function*>(found);
}

// Since CUDA 12.8: with an older torch they are not there, which must not end the process when they are called.
template <typename Function>
Function* runtime(const char* name) {
  void* const found = dlsym(RTLD_DEFAULT, name);
  if (!found) throw Error(ExitCode::failed, fmt::format("this CUDA has no {}", name));
  return reinterpret_cast<Function*>(found);
}
#define CNNBENCH_RUNTIME(name) runtime<decltype(name)>(#name)

void check(cudaError_t result, const char* what) {
  if (result != cudaSuccess) throw Error(ExitCode::failed, fmt::format("{}: {}", what, cudaGetErrorString(result)));
}

std::string this_architecture() {
  int device = 0, major = 0, minor = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device), "cudaDeviceGetAttribute");
  check(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device), "cudaDeviceGetAttribute");
  return fmt::format("sm_{}{}", major, minor);
}

// What the sources leave to whoever compiles them; tests/kernels/lrn_kernel_test.cpp has the CPU's.
constexpr const char* prelude = R"(#define KERNELS 1
#define DEVICE __device__
__device__ inline float reciprocal_root(float v) { return rsqrtf(v); }
__device__ inline float bits_to_float(unsigned int bits) { return __uint_as_float(bits); }
__device__ inline unsigned int float_to_bits(float v) { return __float_as_uint(v); }
)";

}  // namespace

std::vector<char> compile_cuda(const std::string& source, const std::string& architecture) {
  nvrtcProgram program = nullptr;
  const auto create = call<decltype(nvrtcCreateProgram)>("nvrtcCreateProgram");
  const auto compile = call<decltype(nvrtcCompileProgram)>("nvrtcCompileProgram");
  const auto destroy = call<decltype(nvrtcDestroyProgram)>("nvrtcDestroyProgram");
  const auto error_text = call<decltype(nvrtcGetErrorString)>("nvrtcGetErrorString");
  if (const nvrtcResult result = create(&program, (prelude + source).c_str(), "cnnbench.cu", 0, nullptr, nullptr))
    throw Error(ExitCode::failed, fmt::format("nvrtcCreateProgram: {}", error_text(result)));
  const std::string target = "--gpu-architecture=" + architecture;
  const char* const options[] = {target.c_str(), "--std=c++17"};
  const nvrtcResult result = compile(program, 2, options);
  std::size_t size = 0;
  std::string log;
  std::vector<char> cubin;
  if (result != NVRTC_SUCCESS) {
    call<decltype(nvrtcGetProgramLogSize)>("nvrtcGetProgramLogSize")(program, &size);
    log.resize(size);
    if (size > 0) call<decltype(nvrtcGetProgramLog)>("nvrtcGetProgramLog")(program, log.data());
  } else {
    call<decltype(nvrtcGetCUBINSize)>("nvrtcGetCUBINSize")(program, &size);
    cubin.resize(size);
    call<decltype(nvrtcGetCUBIN)>("nvrtcGetCUBIN")(program, cubin.data());
  }
  destroy(&program);
  if (result != NVRTC_SUCCESS)
    throw Error(ExitCode::failed, fmt::format("our CUDA kernels do not compile for {}: {}\n{}", architecture, error_text(result), log));
  return cubin;
}

struct CudaKernels::Library {
  std::vector<char> cubin;
  cudaLibrary_t library = nullptr;
};

CudaKernels::CudaKernels(const std::string& source) : library_(std::make_unique<Library>()) {
  library_->cubin = compile_cuda(source, this_architecture());
  const auto load = CNNBENCH_RUNTIME(cudaLibraryLoadData);
  check(load(&library_->library, library_->cubin.data(), nullptr, nullptr, 0, nullptr, nullptr, 0), "cudaLibraryLoadData");
}

CudaKernels::~CudaKernels() {
  if (library_->library) CNNBENCH_RUNTIME(cudaLibraryUnload)(library_->library);
}

void CudaKernels::launch(const char* name, long long count, void** arguments) const {
  if (count == 0) return;
  constexpr long long threads = 256, most_blocks = 1 << 16;
  cudaKernel_t kernel = nullptr;
  check(CNNBENCH_RUNTIME(cudaLibraryGetKernel)(&kernel, library_->library, name), name);
  const auto blocks = static_cast<unsigned>(std::min((count + threads - 1) / threads, most_blocks));
  check(cudaLaunchKernel(reinterpret_cast<const void*>(kernel), dim3(blocks), dim3(threads), arguments, 0,
                         at::cuda::getCurrentCUDAStream().stream()),
        name);
}

}  // namespace cnnbench
#endif
