#include "exif.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

namespace cnnbench {
namespace {

using ByteView = std::span<const std::uint8_t>;

// A number of `bytes` bytes, 0 beyond the end.
std::uint32_t number(ByteView b, std::size_t at, int bytes, bool little) {
  std::uint32_t value = 0;
  if (at > b.size() || b.size() - at < static_cast<std::size_t>(bytes)) return 0;
  for (int i = 0; i < bytes; ++i) {
    const std::uint32_t byte = b[at + static_cast<std::size_t>(i)];
    value |= byte << (8 * (little ? i : bytes - 1 - i));
  }
  return value;
}

bool begins(ByteView b, std::string_view with) {
  return b.size() >= with.size() && std::equal(with.begin(), with.end(), b.begin());
}

// TIFF 6.0: byte order, 42, the first directory's place; there a count and entries of 12 bytes: tag, type, count, value.
int in_tiff(ByteView b) {
  const bool little = begins(b, "II");
  if (!little && !begins(b, "MM")) return 1;
  if (number(b, 2, 2, little) != 42) return 1;
  const std::size_t directory = number(b, 4, 4, little);
  const std::uint32_t entries = number(b, directory, 2, little);
  constexpr std::uint32_t tag = 0x0112, two_bytes = 3;
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + std::size_t{12} * i;
    if (entry + 12 > b.size()) return 1;
    if (number(b, entry, 2, little) != tag || number(b, entry + 2, 2, little) != two_bytes) continue;
    const std::uint32_t value = number(b, entry + 8, 2, little);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

int in_exif(ByteView b) {
  constexpr std::string_view mark("Exif\0\0", 6);
  return in_tiff(begins(b, mark) ? b.subspan(mark.size()) : b);
}

int in_jpeg(ByteView b) {
  for (std::size_t at = 2; at + 4 <= b.size();) {
    if (b[at] != 0xff) {  // bytes that belong to nothing; the decoder passes over them too
      ++at;
      continue;
    }
    const std::uint8_t marker = b[at + 1];
    if (marker == 0xff || marker == 0 || marker == 1 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += marker == 0xff ? 1 : 2;
      continue;
    }
    if (marker == 0xda || marker == 0xd9) return 1;  // pixels from here on
    const std::size_t length = number(b, at + 2, 2, false);
    if (length < 2) return 1;
    const ByteView segment = b.subspan(at + 4, std::min(length - 2, b.size() - at - 4));
    if (marker == 0xe1 && begins(segment, "Exif")) return in_exif(segment);
    at += 2 + length;
  }
  return 1;
}

// Chunks of PNG and RIFF: `length_at` and `name_at` within their head, then the data, then a checksum or a byte that makes it even.
struct Chunks {
  std::size_t first, length_at, name_at, after;
  bool little, even;
  std::string_view wanted;
};
int in_chunks(ByteView b, const Chunks& c) {
  for (std::size_t at = c.first; at + 8 <= b.size();) {
    const std::size_t length = number(b, at + c.length_at, 4, c.little);
    if (length > b.size() - at - 8) return 1;
    if (begins(b.subspan(at + c.name_at), c.wanted)) return in_exif(b.subspan(at + 8, length));
    at += 8 + length + c.after + (c.even ? length % 2 : 0);
  }
  return 1;
}

}  // namespace

int exif_of_jpeg(ByteView stored) { return in_jpeg(stored); }
int exif_of_tiff(ByteView stored) { return in_tiff(stored); }
int exif_of_png(ByteView stored) { return in_chunks(stored, {8, 0, 4, 4, false, false, "eXIf"}); }
int exif_of_webp(ByteView stored) { return in_chunks(stored, {12, 4, 0, 0, true, true, "EXIF"}); }

void set_upright(ImageView in, int orientation, ImageSpan out) {
  const bool side = lies_on_its_side(orientation);
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  std::uint8_t* to = out.pixels;
  for (int y = 0; y < out.size.height; ++y)
    for (int x = 0; x < out.size.width; ++x, to += 3) {
      const int across = side ? y : x, down = side ? x : y;
      const int column = from_right ? in.size.width - 1 - across : across, row = from_bottom ? in.size.height - 1 - down : down;
      std::copy_n(
          in.pixels +
              (static_cast<std::size_t>(row) * static_cast<std::size_t>(in.size.width) + static_cast<std::size_t>(column)) * 3,
          3, to);
    }
}

}  // namespace cnnbench
