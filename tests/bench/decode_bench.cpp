// Pictures per second of decode_picture on one core. Real photographs: a folder of JPEGs named by CNNBENCH_SHARED (its
// catdog/train is read), or shared/data beside the checkout; read into memory first, so that no disk is in the figure.
#include "cnnbench/data/decode.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using Pictures = std::vector<std::vector<std::uint8_t>>;

const Pictures& pictures() {
  static const Pictures all = [] {
    namespace fs = std::filesystem;
    const char* shared = std::getenv("CNNBENCH_SHARED");
    const fs::path root = (shared != nullptr ? fs::path(shared) : fs::path(CNNBENCH_SOURCE_DIR "/../shared/data")) / "catdog/train";
    std::vector<fs::path> files;
    std::error_code none;
    for (fs::recursive_directory_iterator it(root, none), end; !none && it != end; it.increment(none))
      if (it->is_regular_file()) files.push_back(it->path());
    std::sort(files.begin(), files.end());
    Pictures out;
    for (const fs::path& file : files) {
      std::ifstream in(file, std::ios::binary);
      out.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return out;
  }();
  return all;
}

void decode(benchmark::State& state, cnnbench::DecodeMode mode, cnnbench::Interpolation interpolation) {
  if (pictures().empty()) {
    state.SkipWithError("no pictures: set CNNBENCH_SHARED");
    return;
  }
  const cnnbench::ImageSize size{static_cast<int>(state.range(0)), static_cast<int>(state.range(0))};
  std::vector<std::uint8_t> out(size.bytes());
  for (auto _ : state)
    for (const auto& picture : pictures()) cnnbench::decode_picture(picture, "picture", {interpolation, mode}, {out.data(), size});
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(pictures().size()));
}

using enum cnnbench::DecodeMode;
using enum cnnbench::Interpolation;
BENCHMARK_CAPTURE(decode, exact_nearest, exact, nearest)->Arg(64)->Arg(128)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode, exact_bilinear, exact, bilinear)->Arg(64)->Arg(128)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode, fast_nearest, fast, nearest)->Arg(64)->Arg(128)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode, fast_area, fast, area)->Arg(64)->Arg(128)->Unit(benchmark::kMillisecond);

}  // namespace
