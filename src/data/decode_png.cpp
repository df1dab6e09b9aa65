// PNG by libpng's row interface. Not its simplified one: that composes alpha and corrects gamma, which Pillow's
// convert("RGB") does not.
#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstring>
#include <memory>
#include <string>

#include "codecs.hpp"
#include "exif.hpp"

namespace cnnbench::codec::png {
namespace {

// C calls back into C++ and leaves by longjmp: nothing with a destructor lives in a frame that is jumped over.
struct Reader {
  Stored rest;
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::jmp_buf escape;
  char message[128] = {};

  explicit Reader(Stored stored) : rest(stored) {
    const auto on_error = [](png_structp p, png_const_charp text) {
      auto& self = *static_cast<Reader*>(png_get_error_ptr(p));
      std::strncpy(self.message, text, sizeof self.message - 1);
      std::longjmp(self.escape, 1);
    };
    // Warnings are about colour profiles and the like; damaged pixels are errors.
    const auto on_warning = [](png_structp, png_const_charp) {};
    png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    if (png != nullptr) info = png_create_info_struct(png);
    if (info == nullptr) {
      png_destroy_read_struct(&png, nullptr, nullptr);
      throw std::bad_alloc();
    }
    png_set_read_fn(png, this, [](png_structp p, png_bytep to, std::size_t n) {
      auto& self = *static_cast<Reader*>(png_get_io_ptr(p));
      if (n > self.rest.size()) png_error(p, "the file ends early");
      std::memcpy(to, self.rest.data(), n);
      self.rest = self.rest.subspan(n);
    });
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);  // our own limit follows, with its own words
  }
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  template <class Calls>
  [[gnu::noinline]] bool guarded(const Calls& calls) {
    if (setjmp(escape) != 0) return false;
    calls();
    return true;
  }
  template <class Calls>
  void run(const Calls& calls) {
    if (guarded(calls)) return;
    throw DecodeFault((rest.size() < 12 ? "truncated PNG (" : "bad PNG (") + std::string(message) + ")");
  }

  ImageSize read_header() {
    run([&] { png_read_info(png, info); });
    const auto width = png_get_image_width(png, info), height = png_get_image_height(png, info);
    check_size(width, height);
    return {static_cast<int>(height), static_cast<int>(width)};
  }
};

void decode(Stored stored, const DecodeOptions& options, RowResizer& resizer, ImageSpan out) {
  Reader reader(stored);
  const ImageSize size = reader.read_header();
  const auto row_bytes = static_cast<std::size_t>(size.width) * 3;
  int passes = 1;
  reader.run([&] {
    png_set_strip_16(reader.png);
    png_set_expand(reader.png);  // palette, fewer than 8 bits
    png_set_strip_alpha(reader.png);
    png_set_gray_to_rgb(reader.png);
    passes = png_set_interlace_handling(reader.png);
    png_read_update_info(reader.png, reader.info);
    if (png_get_rowbytes(reader.png, reader.info) != row_bytes) png_error(reader.png, "rows of an unexpected length");
  });
  resizer.begin(size, options.interpolation, out);
  const bool whole = passes > 1;  // interlaced: rows are complete only after the last pass
  thread_local std::vector<std::uint8_t> row;
  std::unique_ptr<std::uint8_t[]> all;
  if (whole)
    all = std::make_unique<std::uint8_t[]>(row_bytes * static_cast<std::size_t>(size.height));
  else
    row.resize(row_bytes);
  for (int pass = 0; pass < passes; ++pass) {
    for (int y = 0; y < size.height; ++y) {
      std::uint8_t* to = whole ? all.get() + row_bytes * static_cast<std::size_t>(y) : row.data();
      reader.run([&] { png_read_row(reader.png, to, nullptr); });
      if (pass == passes - 1 && resizer.wants(y)) resizer.put(y, to);
    }
  }
  reader.run([&] { png_read_end(reader.png, nullptr); });
  resizer.finish();
}

bool recognizes(Stored s) {
  constexpr std::uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  return s.size() >= 8 && std::equal(signature, signature + 8, s.begin());
}

const Register registered{{.format = "PNG",
                           .extensions = {"png"},
                           .recognizes = recognizes,
                           .header = [](Stored s) { return Reader(s).read_header(); },
                           .decode = decode,
                           .end = "IEND",
                           .orientation = exif_of_png}};

}  // namespace

}  // namespace cnnbench::codec::png
