#include "cnnbench/data/encode_png.hpp"

#include <png.h>

#include <algorithm>
#include <cctype>
#include <csetjmp>
#include <cstring>
#include <new>
#include <string>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"

namespace cnnbench {
namespace {

// C calls back into C++ and leaves by longjmp: nothing with a destructor lives in the frame that is jumped over.
struct Writer {
  std::vector<std::uint8_t> bytes;
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::jmp_buf escape;
  char message[128] = {};

  Writer() {
    const auto on_error = [](png_structp p, png_const_charp text) {
      auto& self = *static_cast<Writer*>(png_get_error_ptr(p));
      std::strncpy(self.message, text, sizeof self.message - 1);
      std::longjmp(self.escape, 1);
    };
    png = png_create_write_struct(PNG_LIBPNG_VER_STRING, this, on_error, [](png_structp, png_const_charp) {});
    if (png != nullptr) info = png_create_info_struct(png);
    if (info == nullptr) {
      png_destroy_write_struct(&png, nullptr);
      throw std::bad_alloc();
    }
  }
  ~Writer() { png_destroy_write_struct(&png, &info); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  [[gnu::noinline]] bool write(ImageView picture) {
    if (setjmp(escape) != 0) return false;
    const auto append = [](png_structp p, png_bytep data, std::size_t n) {
      auto& out = static_cast<Writer*>(png_get_io_ptr(p))->bytes;
      out.insert(out.end(), data, data + n);
    };
    png_set_write_fn(png, this, append, nullptr);
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    // A sheet is written while somebody waits, and its enlarged pictures repeat their rows: libpng's own choice of filters
    // and level 6 take twice the time for a tenth fewer bytes.
    png_set_compression_level(png, 3);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
    png_set_IHDR(png, info, static_cast<png_uint_32>(picture.size.width), static_cast<png_uint_32>(picture.size.height), 8,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    const auto row_bytes = static_cast<std::size_t>(picture.size.width) * 3;
    for (int y = 0; y < picture.size.height; ++y) png_write_row(png, picture.pixels + static_cast<std::size_t>(y) * row_bytes);
    png_write_end(png, nullptr);
    return true;
  }
};

}  // namespace

std::vector<std::uint8_t> encode_png(ImageView picture) {
  Writer writer;
  if (!writer.write(picture)) throw Error(ExitCode::failed, std::string("could not encode a PNG: ") + writer.message);
  return std::move(writer.bytes);
}

void require_png_name(const std::filesystem::path& file) {
  std::string suffix = file.extension().string();
  std::transform(suffix.begin(), suffix.end(), suffix.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (suffix != ".png") throw Error(ExitCode::usage, file.string() + ": a sheet is a PNG file", "name it something.png");
}

void write_png(const std::filesystem::path& file, ImageView picture) {
  write_atomic(file, encode_png(picture));
}

}  // namespace cnnbench
