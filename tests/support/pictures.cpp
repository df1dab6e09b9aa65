#include "support/pictures.hpp"

#include <png.h>
#include <stdlib.h>
#include <tiffio.h>
#include <webp/encode.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

// Wants <cstdio> before it.
#include <jpeglib.h>

#include "cnnbench/core/random.hpp"
#include "cnnbench/data/decode.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench::test {
namespace fs = std::filesystem;

Picture blotches(ImageSize size, std::uint64_t seed) {
  Picture p(size);
  RandomStream random{seed, static_cast<std::uint64_t>(size.width), static_cast<std::uint64_t>(size.height)};
  std::array<std::array<int, 3>, 64> colours{};
  for (auto& colour : colours)
    for (int& c : colour) c = static_cast<int>(random.below(256));
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      for (int c = 0; c < 3; ++c) {
        const int base = colours[static_cast<std::size_t>((y / 5 % 8) * 8 + x / 5 % 8)][static_cast<std::size_t>(c)];
        const int value = base + static_cast<int>(random.below(41)) - 20;
        p.pixels[static_cast<std::size_t>((y * size.width + x) * 3 + c)] = static_cast<std::uint8_t>(std::clamp(value, 0, 255));
      }
  return p;
}

Picture nearest(const Picture& in, ImageSize size) {
  Picture out(size);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      const int from_y = (2 * y + 1) * in.size.height / (2 * size.height), from_x = (2 * x + 1) * in.size.width / (2 * size.width);
      std::copy_n(in.pixels.begin() + (from_y * in.size.width + from_x) * 3, 3, out.pixels.begin() + (y * size.width + x) * 3);
    }
  return out;
}

namespace {
void png_append(png_structp png, png_bytep data, std::size_t n) {
  auto& out = *static_cast<Encoded*>(png_get_io_ptr(png));
  out.insert(out.end(), data, data + n);
}
}  // namespace

Encoded encode_png(const Picture& p, PngKind kind) {
  const auto width = static_cast<std::size_t>(p.size.width), height = static_cast<std::size_t>(p.size.height);
  Encoded out;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &out, png_append, nullptr);
  const bool sixteen = kind == PngKind::gray16 || kind == PngKind::rgb16;
  const bool gray = kind == PngKind::gray || kind == PngKind::gray16;
  const int type = gray                       ? PNG_COLOR_TYPE_GRAY
                   : kind == PngKind::rgba    ? PNG_COLOR_TYPE_RGBA
                   : kind == PngKind::palette ? PNG_COLOR_TYPE_PALETTE
                                              : PNG_COLOR_TYPE_RGB;
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), sixteen ? 16 : 8, type,
               kind == PngKind::interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, 0, 0);
  png_color palette[256];
  png_byte transparent[256];
  for (int i = 0; i < 256; ++i) {
    palette[i] = {static_cast<png_byte>(i), static_cast<png_byte>(255 - i), static_cast<png_byte>(i / 2)};
    transparent[i] = static_cast<png_byte>(i);
  }
  if (kind == PngKind::palette) {
    png_set_PLTE(png, info, palette, 256);
    png_set_tRNS(png, info, transparent, 256, nullptr);
  }
  png_write_info(png, info);
  const std::size_t channels = type == PNG_COLOR_TYPE_RGB ? 3 : type == PNG_COLOR_TYPE_RGBA ? 4 : 1;
  std::vector<std::vector<png_byte>> rows(height, std::vector<png_byte>(width * channels * (sixteen ? 2 : 1)));
  std::vector<png_bytep> pointers;
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t i = 0; i < width * channels; ++i) {
      const std::size_t x = i / channels, c = i % channels;
      const std::uint8_t value = c == 3 ? static_cast<std::uint8_t>(x * 7) : p.pixels[(y * width + x) * 3 + c];  // gray: red's
      if (sixteen) {
        rows[y][2 * i] = value;
        rows[y][2 * i + 1] = 200;  // the low byte is dropped, not rounded
      } else {
        rows[y][i] = value;
      }
    }
    pointers.push_back(rows[y].data());
  }
  png_write_image(png, pointers.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return out;
}

Encoded png_header(std::uint32_t width, std::uint32_t height) {
  Encoded out;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &out, png_append, nullptr);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_set_IHDR(png, info, width, height, 8, PNG_COLOR_TYPE_RGB, 0, 0, 0);
  png_write_info(png, info);
  png_destroy_write_struct(&png, &info);
  const std::uint8_t start_of_pixels[] = {0, 0, 0, 9, 'I', 'D', 'A', 'T', 1, 2, 3};
  out.insert(out.end(), std::begin(start_of_pixels), std::end(start_of_pixels));
  return out;
}

Encoded encode_webp(const Picture& p) {
  std::uint8_t* bytes = nullptr;
  const std::size_t n = WebPEncodeLosslessRGB(p.pixels.data(), p.size.width, p.size.height, p.size.width * 3, &bytes);
  Encoded out(bytes, bytes + n);
  WebPFree(bytes);
  return out;
}

Encoded encode_tiff(const Picture& p, int orientation, bool transparent) {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "a.tif";
  TIFF* t = TIFFOpen(file.c_str(), "w");
  TIFFSetField(t, TIFFTAG_IMAGEWIDTH, p.size.width);
  TIFFSetField(t, TIFFTAG_IMAGELENGTH, p.size.height);
  TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, 8);
  const std::size_t samples = transparent ? 4 : 3;
  TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, static_cast<int>(samples));
  const std::uint16_t alpha = EXTRASAMPLE_UNASSALPHA;
  if (transparent) TIFFSetField(t, TIFFTAG_EXTRASAMPLES, 1, &alpha);
  TIFFSetField(t, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
  TIFFSetField(t, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(t, TIFFTAG_COMPRESSION, COMPRESSION_LZW);
  TIFFSetField(t, TIFFTAG_ROWSPERSTRIP, 16);
  TIFFSetField(t, TIFFTAG_ORIENTATION, orientation);
  const auto width = static_cast<std::size_t>(p.size.width);
  std::vector<std::uint8_t> row(width * samples);
  for (int y = 0; y < p.size.height; ++y) {
    for (std::size_t x = 0; x < width; ++x)
      std::copy_n(p.pixels.data() + (static_cast<std::size_t>(y) * width + x) * 3, 3, row.data() + x * samples);
    TIFFWriteScanline(t, row.data(), static_cast<std::uint32_t>(y), 0);
  }
  TIFFClose(t);
  return read_file(file);
}

Encoded encode_bmp(const Picture& p) {
  const auto row_bytes = (static_cast<std::uint32_t>(p.size.width) * 3 + 3) / 4 * 4;
  const auto size = 54 + row_bytes * static_cast<std::uint32_t>(p.size.height);
  Encoded out(size);
  const auto put = [&](std::size_t at, std::uint32_t v) {
    for (std::size_t i = 0; i < 4; ++i) out[at + i] = static_cast<std::uint8_t>(v >> (8 * i));
  };
  out[0] = 'B';
  out[1] = 'M';
  put(2, size);
  put(10, 54);
  put(14, 40);
  put(18, static_cast<std::uint32_t>(p.size.width));
  put(22, static_cast<std::uint32_t>(p.size.height));
  out[26] = 1;
  out[28] = 24;
  for (int y = 0; y < p.size.height; ++y)
    for (int i = 0; i < p.size.width * 3; ++i)
      out[54 + static_cast<std::size_t>(p.size.height - 1 - y) * row_bytes + static_cast<std::size_t>(i)] =
          p.pixels[static_cast<std::size_t>(y * p.size.width * 3 + i / 3 * 3 + 2 - i % 3)];
  return out;
}

Encoded encode_ppm(const Picture& p) {
  const std::string head =
      "P6\n# made in a test\n" + std::to_string(p.size.width) + " " + std::to_string(p.size.height) + "\n255\n";
  Encoded out(head.begin(), head.end());
  out.insert(out.end(), p.pixels.begin(), p.pixels.end());
  return out;
}

Encoded compress_jpeg(ImageSize size, int components, std::vector<std::uint8_t> samples,
                      const std::function<void(jpeg_compress_struct&)>& settings) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long n = 0;
  jpeg_mem_dest(&info, &bytes, &n);
  info.image_width = static_cast<JDIMENSION>(size.width);
  info.image_height = static_cast<JDIMENSION>(size.height);
  info.input_components = components;
  info.in_color_space = components == 4 ? JCS_CMYK : JCS_RGB;
  jpeg_set_defaults(&info);
  settings(info);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row =
        samples.data() + static_cast<std::size_t>(info.next_scanline) * info.image_width * static_cast<unsigned>(components);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  Encoded out(bytes, bytes + n);
  std::free(bytes);
  return out;
}

Encoded encode_cmyk_jpeg(ImageSize size, std::uint8_t c, std::uint8_t m, std::uint8_t y, std::uint8_t k) {
  std::vector<std::uint8_t> samples;
  for (int i = 0; i < size.width * size.height; ++i) samples.insert(samples.end(), {c, m, y, k});
  return compress_jpeg(size, 4, std::move(samples), [](jpeg_compress_struct& info) { jpeg_set_quality(&info, 100, TRUE); });
}

Picture decode_by_scanlines(const Encoded& jpeg) {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, jpeg.data(), jpeg.size());
  jpeg_read_header(&info, TRUE);
  info.out_color_space = JCS_RGB;
  jpeg_start_decompress(&info);
  Picture out(ImageSize{static_cast<int>(info.output_height), static_cast<int>(info.output_width)});
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = out.pixels.data() + static_cast<std::size_t>(info.output_scanline) * info.output_width * 3;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  return out;
}

void write_file(const fs::path& file, const Encoded& bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

Encoded read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return Encoded(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

fs::path shared_data() {
  const char* named = std::getenv("CNNBENCH_SHARED");
  const fs::path path = named != nullptr ? fs::path(named) : fs::path(CNNBENCH_SOURCE_DIR) / "../shared/data";
  return fs::exists(path / "README.md") ? path : fs::path();
}

std::vector<fs::path> photographs() {
  std::vector<fs::path> files;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(shared_data() / "catdog", none))
    if (has_picture_extension(entry.path().filename().string())) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace cnnbench::test
