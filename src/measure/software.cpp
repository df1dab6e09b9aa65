#include "cnnbench/measure/software.hpp"

#include <fmt/format.h>
#include <jpeglib.h>
#include <png.h>
#include <tiffio.h>
#include <webp/decode.h>
#include <zlib.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <opencv2/core.hpp>

#include "cnnbench/core/build_info.hpp"
#include "cnnbench/core/read_text.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

// 1234567 -> "12.34.567" and the like: digits of the parts from the right.
std::string dotted(unsigned long number, unsigned long base) {
  return fmt::format("{}.{}.{}", number / (base * base), number / base % base, number % base);
}

// "LIBTIFF, Version 4.5.0\nCopyright ..." -> 4.5.0
std::string tiff_version() {
  const std::string_view line = split(::TIFFGetVersion(), '\n').front();
  const auto space = line.rfind(' ');
  return std::string(line.substr(space == std::string_view::npos ? 0 : space + 1));
}

std::string webp_version() {
  const auto version = static_cast<unsigned>(::WebPGetDecoderVersion());
  return fmt::format("{}.{}.{}", version >> 16, version >> 8 & 0xff, version & 0xff);
}

Json libraries() {
  return {
      {"libstdcxx_headers", __GLIBCXX__},
      {"opencv", cv::getVersionString()},
      {"opencv_cpu_features", cv::getCPUFeaturesLine()},  // * of what it has kernels for beside the baseline, ? what this CPU lacks
      {"libjpeg_turbo_headers", dotted(LIBJPEG_TURBO_VERSION_NUMBER, 1000)},
      {"libpng", dotted(::png_access_version_number(), 100)},
      {"libwebp", webp_version()},
      {"libtiff", tiff_version()},
      {"zlib", ::zlibVersion()},
      {"fmt_headers", dotted(FMT_VERSION, 100)},
      {"json_headers",
       fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH)}};
}

// What decides how many threads there are, where they run, which kernels are taken and how memory is given.
constexpr std::array variables{"OMP_NUM_THREADS",
                               "OMP_PROC_BIND",
                               "OMP_PLACES",
                               "OMP_WAIT_POLICY",
                               "OMP_DYNAMIC",
                               "OMP_SCHEDULE",
                               "GOMP_CPU_AFFINITY",
                               "GOMP_SPINCOUNT",
                               "KMP_AFFINITY",
                               "KMP_BLOCKTIME",
                               "MKL_NUM_THREADS",
                               "MKL_ENABLE_INSTRUCTIONS",
                               "OPENBLAS_NUM_THREADS",
                               "ONEDNN_MAX_CPU_ISA",
                               "ONEDNN_DEFAULT_FPMATH_MODE",
                               "ATEN_CPU_CAPABILITY",
                               "MALLOC_ARENA_MAX",
                               "GLIBC_TUNABLES",
                               "LD_PRELOAD",
                               "CUDA_VISIBLE_DEVICES",
                               "CUDA_LAUNCH_BLOCKING",
                               "CUDA_DEVICE_MAX_CONNECTIONS",
                               "NVIDIA_TF32_OVERRIDE",
                               "CUBLAS_WORKSPACE_CONFIG",
                               "PYTORCH_CUDA_ALLOC_CONF",
                               "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE"};

// A preloaded allocator matters, the folder that it lies in does not and may name a person.
std::string without_folders(const std::string& paths) {
  std::string out;
  for (std::size_t at = 0; at < paths.size();) {
    const std::size_t end = std::min(paths.find_first_of(" :", at), paths.size());
    if (end > at) out += (out.empty() ? "" : ":") + std::filesystem::path(paths.substr(at, end - at)).filename().string();
    at = end + 1;
  }
  return out;
}

}  // namespace

Json software_record(const std::function<const char*(const char*)>& variable) {
  const BuildInfo build = build_info();
  Json environment = Json::object();
  for (const char* name : variables) {
    const char* value = variable ? variable(name) : std::getenv(name);
    environment[name] = nullptr;
    if (value) environment[name] = std::string_view(name) == "LD_PRELOAD" ? without_folders(value) : value;
  }
  return {{"compiler_flags", build.flags}, {"libraries", libraries()}, {"environment", std::move(environment)}};
}

}  // namespace cnnbench
