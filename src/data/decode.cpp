#include "cnnbench/data/decode.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <new>

#include "cnnbench/core/error.hpp"
#include "codecs.hpp"
#include "exif.hpp"

namespace cnnbench {
namespace codec {

void check_size(std::int64_t width, std::int64_t height) {
  if (width < 1 || height < 1) throw DecodeFault(fmt::format("the header says {} x {} pixels", width, height));
  if (width > max_picture_side || height > max_picture_side || width * height > max_picture_pixels)
    throw DecodeFault(fmt::format("too large: {} x {} pixels (at most {} a side, {} million in all)", width, height,
                                  max_picture_side, max_picture_pixels / 1'000'000));
}

}  // namespace codec

namespace {

constexpr std::array codecs{&codec::jpeg, &codec::png, &codec::webp, &codec::tiff, &codec::bmp, &codec::gif, &codec::pnm};

const codec::Codec& codec_for(codec::Stored stored) {
  if (stored.empty()) throw codec::DecodeFault("empty file");
  for (const codec::Codec* c : codecs)
    if (c->recognizes(stored)) return *c;
  throw codec::DecodeFault("not a picture of a known format (JPEG, PNG, WebP, TIFF, BMP, GIF, PPM)");
}

// As Pillow's exif_transpose before the resizing: all pixels are decoded, turned, and then resized.
void decode_upright(const codec::Codec& c, codec::Stored stored, const DecodeOptions& options, int orientation, RowResizer& resizer,
                    ImageSpan out) {
  const ImageSize size = c.header(stored);
  codec::check_size(size.width, size.height);
  const ImageSize upright = lies_on_its_side(orientation) ? ImageSize{size.width, size.height} : size;
  std::vector<std::uint8_t> stored_pixels(size.bytes()), pixels(size.bytes());
  DecodeOptions whole = options;
  whole.interpolation = Interpolation::nearest;
  c.decode(stored, whole, resizer, {stored_pixels.data(), size});
  set_upright({stored_pixels.data(), size}, orientation, {pixels.data(), upright});
  resizer.begin(upright, options.interpolation, out);
  for (int y = 0; y < upright.height; ++y)
    if (resizer.wants(y)) resizer.put(y, pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(upright.width) * 3);
  resizer.finish();
}

template <class Body>
auto with_name(std::string_view name, Body body) {
  constexpr auto remedy = "remove or replace the file, or set data.on_bad_image=skip";
  try {
    return body();
  } catch (const codec::DecodeFault& fault) {
    throw Error(ExitCode::failed, fmt::format("{}: {}", name, fault.what()), remedy);
  } catch (const std::bad_alloc&) {
    throw Error(ExitCode::failed, fmt::format("{}: not enough memory to decode it", name), remedy);
  }
}

}  // namespace

void decode_picture(std::span<const std::uint8_t> stored, std::string_view name, const DecodeOptions& options, ImageSpan out) {
  thread_local RowResizer resizer;
  with_name(name, [&] {
    const codec::Codec& c = codec_for(stored);
    const int orientation = options.exif == Exif::apply ? exif_orientation(stored, c.format) : 1;
    if (orientation == 1) return c.decode(stored, options, resizer, out);
    decode_upright(c, stored, options, orientation, resizer, out);
  });
}

PictureHeader read_picture_header(std::span<const std::uint8_t> stored, std::string_view name) {
  return with_name(name, [&] {
    const codec::Codec& c = codec_for(stored);
    const ImageSize size = c.header(stored);
    codec::check_size(size.width, size.height);
    return PictureHeader{c.format, size, exif_orientation(stored, c.format)};
  });
}

namespace {
// Keras' list, webp, and other names of formats that are read: jfif and jpe are JPEG, pgm and pnm PPM's sisters.
constexpr std::array<std::string_view, 13> extensions{"png", "jpg", "jpeg", "jfif", "jpe",  "gif", "bmp",
                                                      "ppm", "pgm", "pnm",  "tif",  "tiff", "webp"};
}  // namespace

bool has_picture_extension(std::string_view file_name) {
  const std::size_t dot = file_name.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string extension(file_name.substr(dot + 1));
  std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

std::string picture_extensions() { return fmt::format("{}", fmt::join(extensions, " ")); }

}  // namespace cnnbench
