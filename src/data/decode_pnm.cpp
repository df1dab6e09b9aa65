// Binary PPM (P6) and PGM (P5), 8 or 16 bits; other maxima than 255 are scaled and rounded as Pillow does.
#include <algorithm>
#include <cmath>
#include <string>

#include "codecs.hpp"

namespace cnnbench::codec::pnm {
namespace {

struct Header {
  ImageSize size;
  int maximum = 255, channels = 3;
  std::size_t first = 0;  // offset of the pixels
  std::size_t row_bytes() const {
    return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(channels) * (maximum > 255 ? 2 : 1);
  }
};

bool is_space(std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

int read_number(Stored s, std::size_t& at) {
  while (at < s.size() && (is_space(s[at]) || s[at] == '#'))
    if (s[at] == '#')
      while (at < s.size() && s[at] != '\n' && s[at] != '\r') ++at;
    else
      ++at;
  int value = 0, digits = 0;
  for (; at < s.size() && s[at] >= '0' && s[at] <= '9'; ++at, ++digits) value = std::min(value * 10 + (s[at] - '0'), 1'000'000);
  if (digits == 0) throw DecodeFault("bad PPM (no number where the header wants one)");
  return value;
}

Header read_header(Stored s) {
  Header h;
  h.channels = s[1] == '6' ? 3 : 1;
  std::size_t at = 2;
  h.size.width = read_number(s, at);
  h.size.height = read_number(s, at);
  h.maximum = read_number(s, at);
  check_size(h.size.width, h.size.height);
  if (h.maximum < 1 || h.maximum > 65535) throw DecodeFault("bad PPM (maximum " + std::to_string(h.maximum) + ")");
  h.first = at + 1;
  const std::size_t needed = h.first + h.row_bytes() * static_cast<std::size_t>(h.size.height);
  if (needed > s.size())
    throw DecodeFault("truncated PPM (" + std::to_string(s.size()) + " bytes, " + std::to_string(needed) + " needed)");
  return h;
}

void decode(Stored stored, const DecodeOptions& options, RowResizer& resizer, ImageSpan out) {
  const Header h = read_header(stored);
  resizer.begin(h.size, options.interpolation, out);
  const auto width = static_cast<std::size_t>(h.size.width), channels = static_cast<std::size_t>(h.channels);
  thread_local std::vector<std::uint8_t> row;
  row.resize(width * 3);
  for (int y = 0; y < h.size.height; ++y) {
    if (!resizer.wants(y)) continue;
    const std::uint8_t* from = stored.data() + h.first + static_cast<std::size_t>(y) * h.row_bytes();
    for (std::size_t i = 0; i < width * 3; ++i) {
      const std::size_t sample = i / 3 * channels + (channels == 3 ? i % 3 : 0);
      const int value = h.maximum > 255 ? from[2 * sample] << 8 | from[2 * sample + 1] : from[sample];
      row[i] = static_cast<std::uint8_t>(
          h.maximum == 255 ? value : std::min(255.0, std::nearbyint(static_cast<double>(value) / h.maximum * 255)));
    }
    resizer.put(y, row.data());
  }
  resizer.finish();
}

bool recognizes(Stored s) { return s.size() >= 3 && s[0] == 'P' && (s[1] == '5' || s[1] == '6') && is_space(s[2]); }

const Register registered{{.format = "PPM",
                           .extensions = {"ppm", "pgm", "pnm"},
                           .recognizes = recognizes,
                           .header = [](Stored s) { return read_header(s).size; },
                           .decode = decode}};

}  // namespace

}  // namespace cnnbench::codec::pnm
