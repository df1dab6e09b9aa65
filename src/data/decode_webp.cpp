// WebP by libwebp, still pictures only.
#include <webp/decode.h>

#include <algorithm>
#include <memory>
#include <string>

#include "codecs.hpp"
#include "exif.hpp"

namespace cnnbench::codec::webp {
namespace {

void check(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OK:
      return;
    case VP8_STATUS_OUT_OF_MEMORY:
      throw std::bad_alloc();
    case VP8_STATUS_NOT_ENOUGH_DATA:
      throw DecodeFault("truncated WebP");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      throw DecodeFault("WebP with a feature that is not supported (animation?)");
    default:
      throw DecodeFault("bad WebP (corrupt data)");
  }
}

WebPBitstreamFeatures read_features(Stored stored) {
  WebPBitstreamFeatures features;
  check(WebPGetFeatures(stored.data(), stored.size(), &features));
  check_size(features.width, features.height);
  if (features.has_animation != 0) check(VP8_STATUS_UNSUPPORTED_FEATURE);
  return features;
}

ImageSize header(Stored stored) {
  const WebPBitstreamFeatures features = read_features(stored);
  return {features.height, features.width};
}

void decode(Stored stored, const DecodeOptions& options, RowResizer& resizer, ImageSpan out) {
  const ImageSize size = header(stored);
  const auto row_bytes = static_cast<std::size_t>(size.width) * 3;
  const auto pixels = std::make_unique<std::uint8_t[]>(size.bytes());
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) throw DecodeFault("libwebp of another version than at build time");
  config.output.colorspace = MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {pixels.get(), static_cast<int>(row_bytes), size.bytes()};
  check(WebPDecode(stored.data(), stored.size(), &config));
  resizer.begin(size, options.interpolation, out);
  for (int y = 0; y < size.height; ++y)
    if (resizer.wants(y)) resizer.put(y, pixels.get() + row_bytes * static_cast<std::size_t>(y));
  resizer.finish();
}

bool recognizes(Stored s) {
  constexpr std::string_view riff = "RIFF", webp = "WEBP";
  return s.size() >= 12 && std::equal(riff.begin(), riff.end(), s.begin()) && std::equal(webp.begin(), webp.end(), s.begin() + 8);
}

const Register registered{{.format = "WebP",
                           .extensions = {"webp"},
                           .recognizes = recognizes,
                           .header = header,
                           .decode = decode,
                           .orientation = exif_of_webp}};

}  // namespace

}  // namespace cnnbench::codec::webp
