// A picture file of any format: its header, every pixel or an error, and both augmentation backends on what was decoded.
#include <cstdlib>
#include <vector>

#include "cnnbench/data/decode.hpp"
#include "cnnbench/pipeline/draw.hpp"
#include "cnnbench/pipeline/warp.hpp"
#include "targets.hpp"

namespace cnnbench::fuzz {
namespace {

using Pixels = std::vector<std::uint8_t>;

// Larger ones are for the tests of limits: here they would only be slow.
constexpr std::int64_t most_pixels = 1 << 18;

AugmentConfig any_augmentation(Choices& choose, ImageSize size) {
  AugmentConfig c;
  c.fill_mode = choose.any<FillMode>();
  const int which = choose.below(256);
  if (which & 1) c.rotation_degrees = 180;
  if (which & 2) c.width_shift = 0.9, c.height_shift = 20;
  if (which & 4) c.shear_degrees = 80;
  if (which & 8) c.zoom = 0.9;
  if (which & 16) c.horizontal_flip = c.vertical_flip = true;
  if (which & 32) c.channel_shift = 200;
  if (which & 64) c.brightness = Range{0.2, 3};
  if (which & 128) c.crop = 1 + choose.below(std::min(size.height, size.width));
  return c;
}

// Twice, over other bytes: every pixel is written, and none depends on what lay there.
template <class Make>
Pixels made_twice(ImageSize size, const char* what, Make make) {
  Pixels pixels(size.bytes(), 0), again(size.bytes(), 0xff);
  make(ImageSpan{pixels.data(), size});
  make(ImageSpan{again.data(), size});
  require(pixels == again, what);
  return pixels;
}

void warp(ImageView in, Choices& choose) {
  AugmentConfig c = any_augmentation(choose, in.size);
  const Draw d = draw(c, in.size, {1, 2, static_cast<std::uint64_t>(choose.below(256))});
  const Fill fill{c.fill_mode, static_cast<std::uint8_t>(choose.below(256))};
  std::vector<Pixels> by_backend;
  for (const auto backend : {AugmentBackend::opencv, AugmentBackend::fused})
    by_backend.push_back(made_twice(augmented_size(c, in.size), "a warp that leaves pixels as they were",
                                    [&](ImageSpan out) { warp_of(backend)(in, d, fill, out); }));
  // OpenCV keeps 1/32 of a pixel: 8 grey levels, and 1 of ours. Colours multiply it.
  if (c.channel_shift > 0 || c.brightness) return;
  for (std::size_t i = 0; i < by_backend[0].size(); ++i)
    require(std::abs(by_backend[0][i] - by_backend[1][i]) <= 9, "backends that do not show the same picture");
}

}  // namespace

bool picture(Input in) {
  Choices choose(in);
  const Input stored = Choices::before(in);
  DecodeOptions options{.interpolation = choose.any<Interpolation>(), .mode = choose.any<DecodeMode>(), .exif = choose.any<Exif>()};
  std::string warning;
  options.warning = &warning;
  try {
    const PictureHeader header = read_picture_header(stored, "p");
    const auto [height, width] = header.size;
    require(height > 0 && width > 0 && height <= max_picture_side && width <= max_picture_side, "a size beyond the limits");
    require(header.orientation >= 1 && header.orientation <= 8, "an orientation that is none");
    if (static_cast<std::int64_t>(height) * width > most_pixels) return false;
    const bool as_stored = choose.below(2) == 0;
    const ImageSize size =
        as_stored && height <= 64 && width <= 64 ? header.size : ImageSize{1 + choose.below(64), 1 + choose.below(64)};
    const Pixels pixels = made_twice(size, "a decoder that leaves pixels as they were",
                                     [&](ImageSpan out) { decode_picture(stored, "p", options, out); });
    require(is_utf8(warning), "a warning that is no text");
    warp({pixels.data(), size}, choose);
    return true;
  } catch (const Error& e) {
    require(e.code() == ExitCode::failed && std::string_view(e.what()).starts_with("p: ") && !e.remedy().empty(), e.what());
    require_readable(e);
    return false;
  }
}

}  // namespace cnnbench::fuzz
