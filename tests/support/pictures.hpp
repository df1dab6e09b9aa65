// Small pictures made in the test, and encoders for every format the data room reads. Plain and slow on purpose: the
// reference decoder is libjpeg's scanlines followed by picking pixels.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cnnbench/core/image.hpp"

struct jpeg_compress_struct;

namespace cnnbench::test {

struct Picture {
  ImageSize size;
  std::vector<std::uint8_t> pixels;  // RGB
  explicit Picture(ImageSize s) : size(s), pixels(s.bytes()) {}
  operator ImageView() const { return {pixels.data(), size}; }
  ImageSpan span() { return {pixels.data(), size}; }
  bool operator==(const Picture&) const = default;
};

using Encoded = std::vector<std::uint8_t>;

Picture blotches(ImageSize, std::uint64_t seed);  // random, with large and small structure
Picture nearest(const Picture&, ImageSize);

enum class PngKind { rgb, rgba, gray, gray16, rgb16, palette, interlaced };
Encoded encode_png(const Picture&, PngKind = PngKind::rgb);
Encoded png_header(std::uint32_t width, std::uint32_t height);  // a valid start, no pixels
Encoded encode_webp(const Picture&);                            // lossless
// With an alpha of 0 everywhere, and colours that are not multiplied by it, where `transparent`.
Encoded encode_tiff(const Picture&, int orientation = 1, bool transparent = false);
Encoded encode_bmp(const Picture&);
Encoded encode_ppm(const Picture&);
// libjpeg's encoder, `settings` made between its defaults and the first row. 3 components are RGB, 4 CMYK as stored.
Encoded compress_jpeg(ImageSize, int components, std::vector<std::uint8_t> samples,
                      const std::function<void(jpeg_compress_struct&)>& settings);
Encoded encode_cmyk_jpeg(ImageSize, std::uint8_t c, std::uint8_t m, std::uint8_t y, std::uint8_t k);  // stored values, one colour
Picture decode_by_scanlines(const Encoded& jpeg);

void write_file(const std::filesystem::path&, const Encoded&);  // makes the folders
Encoded read_file(const std::filesystem::path&);

// shared/data beside the checkout, or what CNNBENCH_SHARED names; empty where it is missing.
std::filesystem::path shared_data();
// Those of its catdog/, sorted; none where they are not on this machine.
std::vector<std::filesystem::path> photographs();

}  // namespace cnnbench::test
