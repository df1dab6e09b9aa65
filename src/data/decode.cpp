#include "cnnbench/data/decode.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <new>
#include <utility>
#include <vector>

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

namespace {

std::vector<Codec>& registered() {
  static std::vector<Codec> all;
  return all;
}

}  // namespace

Register::Register(Codec codec) {
  std::vector<Codec>& all = registered();
  all.insert(std::find_if(all.begin(), all.end(), [&](const Codec& c) { return c.format > codec.format; }), std::move(codec));
}

const std::vector<Codec>& codecs() { return registered(); }

}  // namespace codec

namespace {

const codec::Codec& codec_for(codec::Stored stored) {
  if (stored.empty()) throw codec::DecodeFault("empty file");
  std::vector<std::string_view> formats;
  for (const codec::Codec& c : codec::codecs()) {
    if (c.recognizes(stored)) return c;
    formats.push_back(c.format);
  }
  throw codec::DecodeFault(fmt::format("not a picture of a known format ({})", fmt::join(formats, ", ")));
}

int orientation_in(const codec::Codec& c, codec::Stored stored) { return c.orientation == nullptr ? 1 : c.orientation(stored); }

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
    const int orientation = options.exif == Exif::apply ? orientation_in(c, stored) : 1;
    if (orientation == 1) return c.decode(stored, options, resizer, out);
    decode_upright(c, stored, options, orientation, resizer, out);
  });
}

PictureHeader read_picture_header(std::span<const std::uint8_t> stored, std::string_view name) {
  return with_name(name, [&] {
    const codec::Codec& c = codec_for(stored);
    const ImageSize size = c.header(stored);
    codec::check_size(size.width, size.height);
    return PictureHeader{c.format, size, orientation_in(c, stored), c.end};
  });
}

bool has_picture_extension(std::string_view file_name) {
  const std::size_t dot = file_name.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string extension(file_name.substr(dot + 1));
  std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::any_of(codec::codecs().begin(), codec::codecs().end(), [&](const codec::Codec& c) {
    return std::find(c.extensions.begin(), c.extensions.end(), extension) != c.extensions.end();
  });
}

std::string picture_extensions() {
  std::string out;
  for (const codec::Codec& c : codec::codecs()) out += fmt::format("{}{}", out.empty() ? "" : " ", fmt::join(c.extensions, " "));
  return out;
}

}  // namespace cnnbench
