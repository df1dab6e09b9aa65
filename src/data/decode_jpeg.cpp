// JPEG by libjpeg-turbo. Under nearest, the planes come out of the inverse DCT and only the pixels wanted are upsampled and
// turned into RGB, with the library's own formulas ("fancy" triangle upsampling of jdsample.c, fixed point of jdcolor.c):
// the same bits as its scanlines, less work. Baseline's Huffman codes are read by our own loop (jpeg_huffman.hpp).
#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <string>

// These want <cstdio> before them.
#include <jpeglib.h>

#include <jerror.h>

#include "cnnbench/core/random.hpp"
#include "cnnbench/data/encode_jpeg.hpp"
#include "codecs.hpp"
#include "exif.hpp"
#include "jpeg_huffman.hpp"

namespace cnnbench::codec {
namespace jpeg {
namespace {

constexpr int max_scans = 500;  // a few bytes of a crafted progressive file can ask for any number

// C calls back into C++ and leaves by longjmp: nothing with a destructor lives in a frame that is jumped over.
struct Decompressor {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf escape;
  std::string message;
  bool truncated = false;
  std::vector<std::uint8_t> luma, chroma[2], rows;
  std::vector<int> values;
  std::vector<std::uint16_t> sums[2];
  std::vector<JSAMPROW> row_pointers[3];
  JpegHuffman huffman;

  Decompressor() {
    info.err = jpeg_std_error(&errors);
    errors.error_exit = [](j_common_ptr c) { self(c).leave(); };
    errors.emit_message = [](j_common_ptr c, int level) {
      if (level >= 0) return;
      Decompressor& d = self(c);
      if (costs_pixels(d.errors)) d.leave();
      if (d.warned_[0] == 0) d.errors.format_message(c, d.warned_);
    };
    errors.output_message = [](j_common_ptr) {};
    info.client_data = this;
    progress.progress_monitor = [](j_common_ptr c) {
      if (self(c).info.input_scan_number <= max_scans) return;
      self(c).errors.msg_code = JERR_BAD_PROGRESSION;
      self(c).leave();
    };
  }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  static Decompressor& self(j_common_ptr c) { return *static_cast<Decompressor*>(c->client_data); }

  // What the library goes on after. Lost, invented or resynchronized data are faults; bytes that belong to nothing, after all that
  // was asked for was there, and headers that say less than they should are not: docs/pictures.md has each code. Before a restart
  // marker, bytes that are left over tell of a segment that was read wrongly.
  static bool costs_pixels(const jpeg_error_mgr& errors) {
    switch (errors.msg_code) {
      case JWRN_EXTRANEOUS_DATA:
        return errors.msg_parm.i[1] >= 0xd0 && errors.msg_parm.i[1] <= 0xd7;
      case JWRN_JFIF_MAJOR:
      case JWRN_ADOBE_XFORM:
      case JWRN_NOT_SEQUENTIAL:
      case JWRN_BOGUS_ICC:
        return false;
      default:
        return true;
    }
  }

  void forget_warning() { warned_[0] = 0; }
  std::string warning() const { return warned_; }

  [[noreturn]] void leave() {
    truncated = errors.msg_code == JWRN_JPEG_EOF || errors.msg_code == JWRN_HIT_MARKER || errors.msg_code == JERR_INPUT_EOF;
    errors.format_message(reinterpret_cast<j_common_ptr>(&info), text_);
    std::longjmp(escape, 1);
  }

  // Runs library calls; false, with message set, where one of them gave up.
  template <class Calls>
  [[gnu::noinline]] bool guarded(const Calls& calls) {
    if (setjmp(escape) != 0) {
      message = text_;
      return false;
    }
    calls();
    return true;
  }

  template <class Calls>
  void run(const Calls& calls) {
    if (guarded(calls)) return;
    throw DecodeFault((truncated ? "truncated JPEG (" : "bad JPEG (") + message + ")");
  }

 private:
  char text_[JMSG_LENGTH_MAX] = {}, warned_[JMSG_LENGTH_MAX] = {};
};

Decompressor& decompressor() {
  thread_local Decompressor d;
  return d;
}

// The library's object, one for each picture: it would keep the tables of the one before for a file that lacks its own.
struct OnePicture {
  Decompressor& d;
  explicit OnePicture(Decompressor& decompressor) : d(decompressor) {
    if (!d.guarded([this] { jpeg_create_decompress(&d.info); })) throw DecodeFault(d.message);
    d.info.progress = &d.progress;
    d.forget_warning();
  }
  ~OnePicture() { jpeg_destroy_decompress(&d.info); }
  OnePicture(const OnePicture&) = delete;
  OnePicture& operator=(const OnePicture&) = delete;
};

void read_header(Decompressor& d, Stored stored) {
  d.run([&] {
    jpeg_mem_src(&d.info, stored.data(), static_cast<unsigned long>(stored.size()));
    jpeg_read_header(&d.info, TRUE);
  });
  check_size(d.info.image_width, d.info.image_height);
}

// Interfaces from libjpeg 7 on know of each direction by itself.
#if JPEG_LIB_VERSION >= 70
int block_width(const jpeg_component_info& c) { return c.DCT_h_scaled_size; }
int block_height(const jpeg_component_info& c) { return c.DCT_v_scaled_size; }
int least_block_width(const jpeg_decompress_struct& info) { return info.min_DCT_h_scaled_size; }
int least_block_height(const jpeg_decompress_struct& info) { return info.min_DCT_v_scaled_size; }
#else
int block_width(const jpeg_component_info& c) { return c.DCT_scaled_size; }
int block_height(const jpeg_component_info& c) { return c.DCT_scaled_size; }
int least_block_width(const jpeg_decompress_struct& info) { return info.min_DCT_scaled_size; }
int least_block_height(const jpeg_decompress_struct& info) { return info.min_DCT_scaled_size; }
#endif

// The smallest n of n/8 whose picture still covers the output; powers of two only, as the others have no SIMD code
// (measured at 128 px: 4/8 takes 9 % less time than 3/8).
unsigned smallest_scale(const jpeg_decompress_struct& info, ImageSize out) {
  const auto covers = [](unsigned side, unsigned n, int wanted) { return (side * n + 7) / 8 >= static_cast<unsigned>(wanted); };
  unsigned n = 1;
  while (n < 8 && !(covers(info.image_width, n, out.width) && covers(info.image_height, n, out.height))) n *= 2;
  return n;
}

// How a component's plane relates to the picture: 1 or 2 picture pixels per sample each way.
struct Plane {
  int across = 1, down = 1;
  int rows_per_call = 0;
  std::size_t stride = 0;
  int width = 0, height = 0;
};

// False: an unusual sampling that is left to the library.
bool describe_planes(const jpeg_decompress_struct& info, std::array<Plane, 3>& planes) {
  for (int c = 0; c < 3; ++c) {
    const jpeg_component_info& component = info.comp_info[c];
    Plane& plane = planes[static_cast<std::size_t>(c)];
    const int mcu_across = info.max_h_samp_factor * least_block_width(info),
              mcu_down = info.max_v_samp_factor * least_block_height(info);
    const int own_across = component.h_samp_factor * block_width(component),
              own_down = component.v_samp_factor * block_height(component);
    if (mcu_across % own_across != 0 || mcu_down % own_down != 0) return false;
    plane.across = mcu_across / own_across;
    plane.down = mcu_down / own_down;
    plane.rows_per_call = own_down;
    const auto blocks = component.width_in_blocks + static_cast<unsigned>(component.h_samp_factor);
    plane.stride = static_cast<std::size_t>(blocks) * static_cast<std::size_t>(block_width(component)) + 16;
    plane.width = static_cast<int>(component.downsampled_width);
    plane.height = static_cast<int>(component.downsampled_height);
    const bool whole = plane.across == 1 && plane.down == 1;
    // Narrower than 3 samples, or at 1/8, the library upsamples in another way.
    const bool halved = c > 0 && plane.across == 2 && plane.down <= 2 && plane.width > 2 && least_block_width(info) > 1;
    if (!whole && (c == 0 || !halved)) return false;
  }
  return planes[1].across == planes[2].across && planes[1].down == planes[2].down && planes[1].stride == planes[2].stride;
}

std::uint8_t clamp8(int v) { return static_cast<std::uint8_t>(v < 0 ? 0 : v > 255 ? 255 : v); }

// jdcolor.c, in its fixed point; the compiler vectorizes the first loop.
void store_rgb(const std::uint8_t* luma, const int* cb, const int* cr, std::size_t n, std::uint8_t* rgb) {
  constexpr auto fix = [](double x) { return static_cast<int>(x * 65536 + 0.5); };
  constexpr std::size_t block = 64;
  std::uint8_t r[block], g[block], b[block];
  for (std::size_t first = 0; first < n; first += block) {
    const std::size_t count = std::min(block, n - first);
    for (std::size_t i = 0; i < count; ++i) {
      const int y = luma[first + i], u = cb[first + i] - 128, v = cr[first + i] - 128;
      r[i] = clamp8(y + ((fix(1.40200) * v + 32768) >> 16));
      g[i] = clamp8(y + ((-fix(0.34414) * u - fix(0.71414) * v + 32768) >> 16));
      b[i] = clamp8(y + ((fix(1.77200) * u + 32768) >> 16));
    }
    for (std::size_t i = 0; i < count; ++i) {
      *rgb++ = r[i];
      *rgb++ = g[i];
      *rgb++ = b[i];
    }
  }
}

// Both chroma planes of one output row, upsampled where it is wanted (jdsample.c: h2v2_fancy_upsample, h2v1_fancy_upsample).
void chroma_row(Decompressor& d, const Plane& plane, int y, std::span<const int> columns) {
  const auto width = static_cast<std::size_t>(plane.width), n = columns.size();
  const int row = plane.down == 2 ? y >> 1 : y;
  const int beside = std::clamp(row + 2 * (y & 1) - 1, 0, plane.height - 1);
  int* cb = d.values.data();
  int* cr = cb + n;
  for (std::size_t c = 0; c < 2; ++c) {
    // Down the columns first, for the whole row: this loop is vectorized, which pays although not all of it is wanted.
    const std::uint8_t* near = d.chroma[c].data() + static_cast<std::size_t>(row) * plane.stride;
    const std::uint8_t* far = d.chroma[c].data() + static_cast<std::size_t>(beside) * plane.stride;
    std::uint16_t* sum = d.sums[c].data() + 1;
    if (plane.down == 2)
      for (std::size_t x = 0; x < width; ++x) sum[x] = static_cast<std::uint16_t>(near[x] * 3 + far[x]);
    else
      for (std::size_t x = 0; x < width; ++x) sum[x] = near[x];
    sum[-1] = sum[0];
    sum[width] = sum[width - 1];
  }
  const std::uint16_t* u = d.sums[0].data() + 1;
  const std::uint16_t* v = d.sums[1].data() + 1;
  if (plane.across == 1) {
    for (std::size_t i = 0; i < n; ++i) {
      cb[i] = u[columns[i]];
      cr[i] = v[columns[i]];
    }
    return;
  }
  const bool both = plane.down == 2;
  const int shift = both ? 4 : 2, round = both ? 8 : 1, odd_round = both ? -1 : 1;
  for (std::size_t i = 0; i < n; ++i) {
    const int odd = columns[i] & 1, bias = round + odd_round * odd;
    const std::ptrdiff_t at = columns[i] >> 1, next = at + 2 * odd - 1;
    cb[i] = (u[at] * 3 + u[next] + bias) >> shift;
    cr[i] = (v[at] * 3 + v[next] + bias) >> shift;
  }
}

void decode_planes(Decompressor& d, const std::array<Plane, 3>& planes, RowResizer& resizer, ImageSpan out) {
  jpeg_decompress_struct& info = d.info;
  const auto calls = static_cast<int>((info.output_height + static_cast<unsigned>(planes[0].rows_per_call) - 1) /
                                      static_cast<unsigned>(planes[0].rows_per_call));
  const auto out_width = static_cast<std::size_t>(out.size.width);
  // The luma of one call at a time; chroma whole, as upsampling looks at the rows above and below.
  d.luma.resize(planes[0].stride * static_cast<std::size_t>(planes[0].rows_per_call));
  d.rows.resize(out_width * static_cast<std::size_t>(out.size.height));
  d.values.resize(2 * out_width);
  for (auto& sums : d.sums) sums.resize(static_cast<std::size_t>(planes[1].width) + 2);
  for (std::size_t c = 0; c < 3; ++c) {
    const auto rows = static_cast<std::size_t>(planes[c].rows_per_call);
    if (c > 0) d.chroma[c - 1].resize(planes[c].stride * rows * static_cast<std::size_t>(calls));
    d.row_pointers[c].resize(rows);
  }
  std::size_t picked = 0;
  const std::span<const int> rows = resizer.rows(), columns = resizer.columns();
  for (int call = 0; call < calls; ++call) {
    for (std::size_t c = 0; c < 3; ++c) {
      const auto n = static_cast<std::size_t>(planes[c].rows_per_call);
      std::uint8_t* base = c == 0 ? d.luma.data() : d.chroma[c - 1].data() + planes[c].stride * n * static_cast<std::size_t>(call);
      for (std::size_t r = 0; r < n; ++r) d.row_pointers[c][r] = base + r * planes[c].stride;
    }
    JSAMPARRAY pointers[3] = {d.row_pointers[0].data(), d.row_pointers[1].data(), d.row_pointers[2].data()};
    d.run([&] { jpeg_read_raw_data(&info, pointers, static_cast<JDIMENSION>(planes[0].rows_per_call)); });
    const int first = call * planes[0].rows_per_call;
    for (; picked < rows.size() && rows[picked] < first + planes[0].rows_per_call; ++picked) {
      const std::uint8_t* from = d.luma.data() + static_cast<std::size_t>(rows[picked] - first) * planes[0].stride;
      std::uint8_t* to = d.rows.data() + picked * out_width;
      for (const int x : columns) *to++ = from[x];
    }
  }
  d.run([&] { jpeg_finish_decompress(&info); });
  for (std::size_t y = 0; y < rows.size(); ++y) {
    chroma_row(d, planes[1], rows[y], columns);
    store_rgb(d.rows.data() + y * out_width, d.values.data(), d.values.data() + out_width, out_width,
              out.pixels + y * out_width * 3);
  }
}

// As Pillow: the samples are taken for Adobe's inverted ones, then black is multiplied in.
void cmyk_to_rgb(const std::uint8_t* cmyk, int width, std::uint8_t* rgb) {
  for (int x = 0; x < width; ++x, cmyk += 4, rgb += 3) {
    const int white = cmyk[3];
    for (int c = 0; c < 3; ++c) {
      const int product = (255 - cmyk[c]) * white + 128;
      rgb[c] = clamp8(white - (((product >> 8) + product) >> 8));
    }
  }
}

void decode_scanlines(Decompressor& d, RowResizer& resizer) {
  jpeg_decompress_struct& info = d.info;
  const int width = static_cast<int>(info.output_width), height = static_cast<int>(info.output_height);
  const bool cmyk = info.out_color_space == JCS_CMYK;
  const auto row_bytes = static_cast<std::size_t>(width) * static_cast<std::size_t>(info.output_components);
  d.rows.resize(row_bytes + static_cast<std::size_t>(width) * 3);
  for (int y = 0; y < height; ++y) {
    JSAMPROW row = d.rows.data();
    d.run([&] { jpeg_read_scanlines(&info, &row, 1); });
    if (!resizer.wants(y)) continue;
    if (cmyk) cmyk_to_rgb(row, width, row + row_bytes);
    resizer.put(y, cmyk ? row + row_bytes : row);
  }
  d.run([&] { jpeg_finish_decompress(&info); });
  resizer.finish();
}

ImageSize header(Stored stored) {
  Decompressor& d = decompressor();
  const OnePicture picture(d);
  read_header(d, stored);
  return {static_cast<int>(d.info.image_height), static_cast<int>(d.info.image_width)};
}

void decode_once(Decompressor& d, Stored stored, const DecodeOptions& options, RowResizer& resizer, ImageSpan out,
                 bool own_huffman) {
  const OnePicture picture(d);
  read_header(d, stored);
  jpeg_decompress_struct& info = d.info;
  const bool inks = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
  info.out_color_space = inks ? JCS_CMYK : JCS_RGB;
  info.scale_num = options.mode == DecodeMode::fast ? smallest_scale(info, out.size) : 8;
  info.scale_denom = 8;
  d.run([&] { jpeg_calc_output_dimensions(&info); });
  resizer.begin({static_cast<int>(info.output_height), static_cast<int>(info.output_width)}, options.interpolation, out);
  std::array<Plane, 3> planes;
  const bool by_planes = options.interpolation == Interpolation::nearest && info.jpeg_color_space == JCS_YCbCr &&
                         info.num_components == 3 && describe_planes(info, planes);
  info.raw_data_out = by_planes ? TRUE : FALSE;
  d.run([&] { jpeg_start_decompress(&info); });
  if (own_huffman) d.huffman.take_over(info, stored);
  if (by_planes)
    decode_planes(d, planes, resizer, out);
  else
    decode_scanlines(d, resizer);
}

void decode(Stored stored, const DecodeOptions& options, RowResizer& resizer, ImageSpan out) {
  Decompressor& d = decompressor();
  try {
    decode_once(d, stored, options, resizer, out, own_huffman_fits());
  } catch (const DecodeFault&) {
    if (!d.huffman.gave_up()) throw;
    decode_once(d, stored, options, resizer, out, false);
  }
  if (const std::string warning = d.warning(); !warning.empty() && options.warning != nullptr) *options.warning = warning;
}

bool same_with_own_huffman() {
  constexpr ImageSize size{40, 56};
  std::vector<std::uint8_t> picture(size.bytes()), with(size.bytes()), without(size.bytes());
  RandomStream random{1};
  for (std::uint8_t& value : picture) value = static_cast<std::uint8_t>(random.below(256));
  const std::vector<std::uint8_t> stored = encode_jpeg({picture.data(), size});
  Decompressor d;
  RowResizer resizer;
  try {
    decode_once(d, stored, {}, resizer, {without.data(), size}, false);
    decode_once(d, stored, {}, resizer, {with.data(), size}, true);
  } catch (const DecodeFault&) {
    return false;
  }
  return with == without;
}

bool recognizes(Stored s) { return s.size() >= 3 && s[0] == 0xff && s[1] == 0xd8 && s[2] == 0xff; }

}  // namespace
}  // namespace jpeg

bool own_huffman_fits() {
  static const bool fits = jpeg::same_with_own_huffman();
  return fits;
}

namespace jpeg {
namespace {
const Register registered{{.format = "JPEG",
                           .extensions = {"jpg", "jpeg", "jfif", "jpe"},
                           .recognizes = recognizes,
                           .header = header,
                           .decode = decode,
                           .end = "\xff\xd9",
                           .orientation = exif_of_jpeg}};
}  // namespace
}  // namespace jpeg

}  // namespace cnnbench::codec
