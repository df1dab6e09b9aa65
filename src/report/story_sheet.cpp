#include "story_sheet.hpp"

#include <algorithm>
#include <cmath>

#include "cnnbench/core/files.hpp"
#include "cnnbench/data/decode.hpp"
#include "cnnbench/data/encode_jpeg.hpp"
#include "cnnbench/report/drawing.hpp"

namespace cnnbench::report {

ShownSheet shown(const Sheet& sheet) {
  ShownSheet out{.caption = sheet.caption, .jpeg = {}};
  if (!std::filesystem::exists(sheet.file)) return out;
  const std::string stored = read_file(sheet.file, 64ULL << 20);
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(stored.data()), stored.size());
  const ImageSize size = read_picture_header(bytes, sheet.file).size;
  // Twice the page's width: sharp on screens with small pixels, as far as the bytes go.
  for (double width = std::min<double>(size.width, 2 * wide_width), least = std::min(width, 200.0); width >= least; width *= 0.8) {
    const auto side = [&](int length) { return std::max(1, static_cast<int>(std::lround(length * width / size.width))); };
    const ImageSize fit{side(size.height), side(size.width)};
    std::vector<std::uint8_t> pixels(fit.bytes());
    decode_picture(bytes, sheet.file, {.interpolation = Interpolation::area}, {pixels.data(), fit});
    std::vector<std::uint8_t> jpeg = encode_jpeg({pixels.data(), fit}, {.quality = 80});
    if (jpeg.size() > most_sheet_bytes) continue;
    out.jpeg = std::move(jpeg);
    out.width = fit.width;
    out.height = fit.height;
    return out;
  }
  return out;
}

std::string base64(const std::vector<std::uint8_t>& bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) group = group << 8 | (i + j < bytes.size() ? bytes[i + j] : 0U);
    for (std::size_t j = 0; j < 4; ++j) out += i + j > bytes.size() ? '=' : digits[group >> (18 - 6 * j) & 63];
  }
  return out;
}

}  // namespace cnnbench::report
