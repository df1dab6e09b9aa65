#include "cnnbench/cli/nn_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

void open_torch(const fs::path& file, const TorchFolder& torch) {
  // Global, as if linked: the torch half names torch's libraries by soname only, and the CUDA ones not at all, so that the
  // same file works with any build of torch 2.11 (CUDA 12, 13 or none). Lazy: what such a build lacks is not called.
  // Its own symbols first: OpenCV has brought Debian's reference BLAS into the process, whose sgemm_ would replace the one in
  // libtorch and make dense layers twenty times slower. The sanitizers do not go with that: there it is as it comes.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr int own_symbols_first = 0;
#else
  constexpr int own_symbols_first = RTLD_DEEPBIND;
#endif
  if (!::dlopen(file.c_str(), RTLD_LAZY | RTLD_GLOBAL | own_symbols_first)) {
    throw Error(ExitCode::failed, fmt::format("torch {} cannot be loaded: {}", torch.version, ::dlerror()),
                "check that the torch package is complete (pip install --force-reinstall torch==2.11.0)");
  }
}

struct Opened {
  TorchFolder torch;
  const NnApi* api;
};

const Opened& opened() {
  static const Opened once = [] {
    const fs::path library = nn_library_file(fs::read_symlink("/proc/self/exe").parent_path());
    TorchFolder torch = find_torch(torch_search());
    const NnApi* api = &open_nn_library(library, torch);
    return Opened{std::move(torch), api};
  }();
  return once;
}

}  // namespace

fs::path nn_library_file(const fs::path& program_folder) {
  for (const fs::path& folder : {program_folder, program_folder.parent_path() / "lib/cnnbench"}) {
    if (fs::path file = folder / "libcnnbench_nn.so"; fs::exists(file)) {
      return file;
    }
  }
  throw Error(ExitCode::failed, fmt::format("libcnnbench_nn.so is not beside the program ({})", program_folder.string()),
              "keep the unpacked folder together; a build configured with CNNBENCH_NN=OFF has no torch half");
}

const NnApi& open_nn_library(const fs::path& library, const TorchFolder& torch) {
  open_torch(torch.lib / "libtorch_cpu.so", torch);
  if (const fs::path cuda = torch.lib / "libtorch_cuda.so"; fs::exists(cuda)) {
    open_torch(cuda, torch);
  }
  void* handle = ::dlopen(library.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (!handle) {
    throw Error(
        ExitCode::failed,
        fmt::format("the torch half does not load with torch {} ({}): {}", torch.version, torch.lib.string(), ::dlerror()),
        "use torch 2.11.0 from PyPI (pip install torch==2.11.0), or rebuild cnnbench against this torch (-DCNNBENCH_TORCH=DIR)");
  }
  const auto* api = static_cast<const NnApi*>(::dlsym(handle, "cnnbench_nn"));
  if (!api || api->version != nn_api_version) {
    throw Error(ExitCode::failed, fmt::format("{} is not of this build of cnnbench", library.string()), "build or unpack again");
  }
  return *api;
}

const NnApi& nn_api() { return *opened().api; }
const TorchFolder& nn_torch_folder() { return opened().torch; }

}  // namespace cnnbench
