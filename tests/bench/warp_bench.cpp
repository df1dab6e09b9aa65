// Augmentation of one picture on one core: draw and warp, by size, next to cv::warpAffine alone with the same matrices.
// The machine's speed changes while a benchmark runs, so warp_vs_opencv times the two in turns, a few pictures each, in this
// thread's CPU time, and reports medians (pictures per second) and the median of the ratios.
#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "../../src/pipeline/bilinear.hpp"
#include "../pipeline/reference.hpp"
#include "cnnbench/pipeline/draw.hpp"
#include "cnnbench/pipeline/warp.hpp"
#include "usual_augmentation.hpp"

namespace cnnbench {
namespace {

AugmentConfig crop_and_flip(int side) {
  AugmentConfig c;
  c.crop = side * 3 / 4;
  c.horizontal_flip = true;
  return c;
}

// A few pictures in turns, so that neither pixels nor branches are learnt by heart.
struct Pictures {
  static constexpr std::size_t count = 32;
  ImageSize size;
  std::vector<std::vector<std::uint8_t>> pixels;
  explicit Pictures(int side) : size{side, side} {
    for (std::size_t i = 0; i < count; ++i) pixels.push_back(reference::noise(size, i));
  }
  ImageView operator[](std::uint64_t i) const { return {pixels[i % count].data(), size}; }
};

void augment(const AugmentConfig& config, FillMode fill, benchmark::State& state, AugmentBackend backend = AugmentBackend::fused) {
  const Pictures pictures(static_cast<int>(state.range(0)));
  const ImageSize out = augmented_size(config, pictures.size);
  std::vector<std::uint8_t> pixels(out.bytes());
  std::uint64_t i = 0;
  for (auto _ : state) {
    warp_of(backend)(pictures[i], draw(config, pictures.size, {1, 2, i}), {fill}, {pixels.data(), out});
    benchmark::ClobberMemory();
    ++i;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void warp_shear_zoom_flip(benchmark::State& state) { augment(shear_zoom_flip(), FillMode::nearest, state); }
void warp_shear_zoom_flip_reflect(benchmark::State& state) { augment(shear_zoom_flip(), FillMode::reflect, state); }
void warp_shear_zoom_flip_wrap(benchmark::State& state) { augment(shear_zoom_flip(), FillMode::wrap, state); }
void opencv_backend_shear_zoom_flip(benchmark::State& state) {
  augment(shear_zoom_flip(), FillMode::nearest, state, AugmentBackend::opencv);
}
void warp_identity(benchmark::State& state) { augment({}, FillMode::nearest, state); }
void warp_crop_flip(benchmark::State& state) { augment(crop_and_flip(static_cast<int>(state.range(0))), FillMode::nearest, state); }
void warp_with_brightness(benchmark::State& state) {
  AugmentConfig c = shear_zoom_flip();
  c.brightness = Range{0.5, 1.5};
  augment(c, FillMode::nearest, state);
}

void draw_alone(benchmark::State& state) {
  const AugmentConfig config = shear_zoom_flip();
  std::uint64_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(draw(config, {64, 64}, {1, 2, i++}));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

// The machine without AVX2.
void warp_scalar_kernel(benchmark::State& state) {
  const Pictures pictures(static_cast<int>(state.range(0)));
  std::vector<std::uint8_t> pixels(pictures.size.bytes());
  std::uint64_t i = 0;
  for (auto _ : state) {
    const Draw d = draw(shear_zoom_flip(), pictures.size, {1, 2, i});
    std::int64_t m[6];
    for (int k = 0; k < 6; ++k) m[k] = static_cast<std::int64_t>(d.affine[k] * 0x1p32);
    bilinear::run_scalar({pictures[i].pixels,
                          pictures.size,
                          pictures.size,
                          {m[0], m[1], m[2], m[3], m[4], m[5]},
                          bilinear::Fold::none,
                          pixels.data(),
                          pictures.size});
    benchmark::ClobberMemory();
    ++i;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void opencv_warp(const Pictures& pictures, const Draw& d, std::uint64_t i, std::vector<std::uint8_t>& out) {
  const cv::Mat in(pictures.size.height, pictures.size.width, CV_8UC3, const_cast<std::uint8_t*>(pictures[i].pixels));
  cv::Mat to(pictures.size.height, pictures.size.width, CV_8UC3, out.data());
  const cv::Mat matrix(2, 3, CV_32F, const_cast<float*>(d.affine));
  cv::warpAffine(in, to, matrix, to.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
}

void opencv_warp_affine_alone(benchmark::State& state) {
  cv::setNumThreads(0);
  const Pictures pictures(static_cast<int>(state.range(0)));
  std::vector<Draw> draws;
  for (std::uint64_t i = 0; i < 1024; ++i) draws.push_back(draw(shear_zoom_flip(), pictures.size, {1, 2, i}));
  std::vector<std::uint8_t> pixels(pictures.size.bytes());
  std::uint64_t i = 0;
  for (auto _ : state) {
    opencv_warp(pictures, draws[i % draws.size()], i, pixels);
    benchmark::ClobberMemory();
    ++i;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

double thread_cpu_seconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

void warp_vs_opencv(benchmark::State& state) {
  cv::setNumThreads(0);
  const Pictures pictures(static_cast<int>(state.range(0)));
  std::vector<std::uint8_t> pixels(pictures.size.bytes());
  std::vector<double> ours, theirs, ratios;
  std::uint64_t first = 0;
  for (auto _ : state) {
    std::vector<Draw> draws;
    for (std::uint64_t i = 0; i < Pictures::count; ++i) draws.push_back(draw(shear_zoom_flip(), pictures.size, {1, 2, first + i}));
    const double start = thread_cpu_seconds();
    for (std::uint64_t i = 0; i < Pictures::count; ++i)
      warp_of(AugmentBackend::fused)(pictures[i], draw(shear_zoom_flip(), pictures.size, {1, 2, first + i}), {},
                                     {pixels.data(), pictures.size});
    const double middle = thread_cpu_seconds();
    for (std::uint64_t i = 0; i < Pictures::count; ++i) opencv_warp(pictures, draws[i], i, pixels);
    const double end = thread_cpu_seconds();
    benchmark::ClobberMemory();
    ours.push_back(Pictures::count / (middle - start));
    theirs.push_back(Pictures::count / (end - middle));
    ratios.push_back(ours.back() / theirs.back());
    first += Pictures::count;
  }
  const auto median = [](std::vector<double>& v) {
    std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
    return v[v.size() / 2];
  };
  state.counters["ratio_median"] = median(ratios);
  state.counters["ours_per_s"] = median(ours);
  state.counters["opencv_per_s"] = median(theirs);
}

BENCHMARK(warp_shear_zoom_flip)->Arg(32)->Arg(64)->Arg(128)->Arg(224);
BENCHMARK(opencv_backend_shear_zoom_flip)->Arg(32)->Arg(64)->Arg(128)->Arg(224);
BENCHMARK(warp_shear_zoom_flip_reflect)->Arg(64)->Arg(128);
BENCHMARK(warp_shear_zoom_flip_wrap)->Arg(64)->Arg(128);
BENCHMARK(warp_with_brightness)->Arg(64)->Arg(128);
BENCHMARK(warp_identity)->Arg(64)->Arg(128);
BENCHMARK(warp_crop_flip)->Arg(32)->Arg(64);
BENCHMARK(warp_scalar_kernel)->Arg(64)->Arg(128);
BENCHMARK(draw_alone);
BENCHMARK(opencv_warp_affine_alone)->Arg(32)->Arg(64)->Arg(128)->Arg(224);
BENCHMARK(warp_vs_opencv)->Arg(32)->Arg(64)->Arg(128)->Arg(224);

}  // namespace
}  // namespace cnnbench
