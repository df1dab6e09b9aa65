// TIFF by libtiff's RGBA interface, from memory, first page. Here alone Pillow, and so Keras, obeys the orientation.
#include <tiffio.h>

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>

#include "codecs.hpp"
#include "exif.hpp"

namespace cnnbench::codec::tiff {
namespace {

struct Source {
  Stored data;
  toff_t at = 0;
};

Source& source(thandle_t handle) { return *static_cast<Source*>(handle); }

tsize_t read_some(thandle_t handle, tdata_t to, tsize_t n) {
  Source& s = source(handle);
  if (n < 0 || s.at >= s.data.size()) return 0;
  const auto take = std::min<toff_t>(static_cast<toff_t>(n), s.data.size() - s.at);
  std::memcpy(to, s.data.data() + s.at, take);
  s.at += take;
  return static_cast<tsize_t>(take);
}
tsize_t write_none(thandle_t, tdata_t, tsize_t) { return 0; }
toff_t seek(thandle_t handle, toff_t offset, int whence) {
  Source& s = source(handle);
  s.at = whence == SEEK_SET ? offset : whence == SEEK_CUR ? s.at + offset : s.data.size() + offset;
  return s.at;
}
int close_none(thandle_t) { return 0; }
toff_t size_of(thandle_t handle) { return source(handle).data.size(); }
int map(thandle_t handle, tdata_t* base, toff_t* size) {
  *base = const_cast<std::uint8_t*>(source(handle).data.data());  // libtiff's type; a file opened with "r" is not written
  *size = source(handle).data.size();
  return 1;
}
void unmap(thandle_t, tdata_t, toff_t) {}

// libtiff's handlers belong to the process; the message goes to the thread that caused it.
thread_local std::string first_error;
void on_error(const char*, const char* format, va_list arguments) {
  if (!first_error.empty()) return;
  char text[256];
  std::vsnprintf(text, sizeof text, format, arguments);
  first_error = text;
}

struct Closer {
  void operator()(TIFF* t) const { TIFFClose(t); }
};

std::unique_ptr<TIFF, Closer> open(Source& s) {
  static std::once_flag once;
  std::call_once(once, [] {
    TIFFSetErrorHandler(on_error);
    TIFFSetWarningHandler(nullptr);  // unknown tags
  });
  first_error.clear();
  std::unique_ptr<TIFF, Closer> t(TIFFClientOpen("picture", "r", &s, read_some, write_none, seek, close_none, size_of, map, unmap));
  if (t == nullptr) throw DecodeFault("bad TIFF (" + first_error + ")");
  return t;
}

// Tag 274: 1 as stored, 2 mirrored, 3 turned by 180, 4 upside down, 5-8 likewise after rows and columns are exchanged.
struct Layout {
  ImageSize stored, shown;
  bool exchanged = false, from_right = false, from_bottom = false;  // the last two in stored coordinates
};

Layout read_layout(TIFF* t) {
  std::uint32_t width = 0, height = 0;
  std::uint16_t orientation = ORIENTATION_TOPLEFT;
  TIFFGetField(t, TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(t, TIFFTAG_IMAGELENGTH, &height);
  TIFFGetFieldDefaulted(t, TIFFTAG_ORIENTATION, &orientation);
  check_size(width, height);
  Layout l;
  l.stored = l.shown = {static_cast<int>(height), static_cast<int>(width)};
  l.exchanged = orientation >= ORIENTATION_LEFTTOP && orientation <= ORIENTATION_LEFTBOT;
  if (l.exchanged) std::swap(l.shown.width, l.shown.height);
  l.from_right = orientation == ORIENTATION_TOPRIGHT || orientation == ORIENTATION_BOTRIGHT ||
                 orientation == ORIENTATION_RIGHTBOT || orientation == ORIENTATION_LEFTBOT;
  l.from_bottom = orientation == ORIENTATION_BOTRIGHT || orientation == ORIENTATION_BOTLEFT ||
                  orientation == ORIENTATION_RIGHTTOP || orientation == ORIENTATION_RIGHTBOT;
  return l;
}

void decode(Stored stored, const DecodeOptions& options, RowResizer& resizer, ImageSpan out) {
  Source s{stored};
  const auto t = open(s);
  const Layout layout = read_layout(t.get());
  const ImageSize size = layout.stored;
  // The header may promise strips far larger than the picture.
  const tmsize_t unit = TIFFIsTiled(t.get()) != 0 ? TIFFTileSize(t.get()) : TIFFStripSize(t.get());
  if (unit <= 0 || unit > 8 * max_picture_pixels) throw DecodeFault("bad TIFF (strips or tiles of an impossible size)");
  std::uint16_t extra_count = 0;
  std::uint16_t* extra = nullptr;
  if (TIFFGetField(t.get(), TIFFTAG_EXTRASAMPLES, &extra_count, &extra) == 1 && extra_count > 0 &&
      extra[0] == EXTRASAMPLE_UNASSALPHA) {
    // Called associated, the alpha is left alone; else libtiff multiplies it into the colours.
    std::vector<std::uint16_t> kinds(extra, extra + extra_count);
    kinds[0] = EXTRASAMPLE_ASSOCALPHA;
    TIFFSetField(t.get(), TIFFTAG_EXTRASAMPLES, extra_count, kinds.data());
  }
  const auto width = static_cast<std::size_t>(size.width), height = static_cast<std::size_t>(size.height);
  const auto raster = std::make_unique<std::uint32_t[]>(width * height);
  TIFFSetField(t.get(), TIFFTAG_ORIENTATION, static_cast<std::uint16_t>(ORIENTATION_TOPLEFT));
  first_error.clear();
  if (TIFFReadRGBAImageOriented(t.get(), static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height), raster.get(),
                                ORIENTATION_TOPLEFT, 1) == 0 ||
      !first_error.empty())
    throw DecodeFault("truncated or bad TIFF (" + (first_error.empty() ? "unsupported" : first_error) + ")");
  const ImageSize shown = layout.shown;
  resizer.begin(shown, options.interpolation, out);
  thread_local std::vector<std::uint8_t> row;
  row.resize(static_cast<std::size_t>(shown.width) * 3);
  for (int y = 0; y < shown.height; ++y) {
    if (!resizer.wants(y)) continue;
    std::uint8_t* to = row.data();
    for (int x = 0; x < shown.width; ++x) {
      int column = layout.exchanged ? y : x, line = layout.exchanged ? x : y;
      if (layout.from_right) column = size.width - 1 - column;
      if (layout.from_bottom) line = size.height - 1 - line;
      const std::uint32_t pixel = raster[static_cast<std::size_t>(line) * width + static_cast<std::size_t>(column)];
      *to++ = static_cast<std::uint8_t>(TIFFGetR(pixel));
      *to++ = static_cast<std::uint8_t>(TIFFGetG(pixel));
      *to++ = static_cast<std::uint8_t>(TIFFGetB(pixel));
    }
    resizer.put(y, row.data());
  }
  resizer.finish();
}

ImageSize header(Stored stored) {
  Source s{stored};
  return read_layout(open(s).get()).shown;
}

bool recognizes(Stored s) {
  return s.size() >= 4 && ((s[0] == 'I' && s[1] == 'I' && (s[2] == 42 || s[2] == 43) && s[3] == 0) ||
                           (s[0] == 'M' && s[1] == 'M' && s[2] == 0 && (s[3] == 42 || s[3] == 43)));
}

const Register registered{{.format = "TIFF",
                           .extensions = {"tif", "tiff"},
                           .recognizes = recognizes,
                           .header = header,
                           .decode = decode,
                           .orientation = exif_of_tiff}};

}  // namespace

}  // namespace cnnbench::codec::tiff
