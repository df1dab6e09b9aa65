// BMP by stb_image. It fills what is missing with zeros, so the file's length is checked against its header first.
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image.h>
#pragma GCC diagnostic pop

#include <cstdlib>
#include <memory>
#include <string>

#include "codecs.hpp"

namespace cnnbench::codec::bmp {
namespace {

std::int64_t little(Stored s, std::size_t at, int bytes) {
  if (at + static_cast<std::size_t>(bytes) > s.size()) throw DecodeFault("truncated BMP (the header)");
  std::uint32_t v = 0;
  for (int i = 0; i < bytes; ++i) v |= static_cast<std::uint32_t>(s[at + static_cast<std::size_t>(i)]) << (8 * i);
  return bytes == 4 ? static_cast<std::int32_t>(v) : static_cast<std::int64_t>(v);
}

ImageSize header(Stored s) {
  const bool os2 = little(s, 14, 4) == 12;
  const std::int64_t width = os2 ? little(s, 18, 2) : little(s, 18, 4);
  const std::int64_t height = std::abs(os2 ? little(s, 20, 2) : little(s, 22, 4));  // negative: rows from the top
  const std::int64_t bits = os2 ? little(s, 24, 2) : little(s, 28, 2);
  check_size(width, height);
  const std::int64_t row_bytes = (width * bits + 31) / 32 * 4, first = little(s, 10, 4);
  if (first < 0 || first + row_bytes * height > static_cast<std::int64_t>(s.size()))
    throw DecodeFault("truncated BMP (" + std::to_string(s.size()) + " bytes, " + std::to_string(first + row_bytes * height) +
                      " needed; compressed BMP is not supported)");
  return {static_cast<int>(height), static_cast<int>(width)};
}

struct Freer {
  void operator()(stbi_uc* p) const { stbi_image_free(p); }
};

void decode(Stored stored, const DecodeOptions& options, RowResizer& resizer, ImageSpan out) {
  const ImageSize size = header(stored);
  int width = 0, height = 0, channels = 0;
  const std::unique_ptr<stbi_uc, Freer> pixels(
      stbi_load_from_memory(stored.data(), static_cast<int>(stored.size()), &width, &height, &channels, 3));
  if (pixels == nullptr) throw DecodeFault("bad BMP (" + std::string(stbi_failure_reason()) + ")");
  if (ImageSize{height, width} != size) throw DecodeFault("bad BMP (its header contradicts itself)");
  resizer.begin(size, options.interpolation, out);
  for (int y = 0; y < height; ++y)
    if (resizer.wants(y)) resizer.put(y, pixels.get() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 3);
  resizer.finish();
}

bool recognizes(Stored s) { return s.size() >= 2 && s[0] == 'B' && s[1] == 'M'; }

const Register registered{{.format = "BMP", .extensions = {"bmp"}, .recognizes = recognizes, .header = header, .decode = decode}};

}  // namespace

}  // namespace cnnbench::codec::bmp
