// GIF by giflib: the first frame of an animation, as Pillow and Keras take it. Where it does not cover the picture, the rest has
// the transparent colour, or the palette's first.
#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "codecs.hpp"

namespace cnnbench::codec::gif {
namespace {

class Reader {
 public:
  explicit Reader(Stored stored) : rest_(stored) {
    int error = 0;
    gif_ = DGifOpen(
        this,
        [](GifFileType* gif, GifByteType* to, int wanted) {
          Stored& rest = static_cast<Reader*>(gif->UserData)->rest_;
          const std::size_t n = std::min(rest.size(), static_cast<std::size_t>(std::max(wanted, 0)));
          std::memcpy(to, rest.data(), n);
          rest = rest.subspan(n);
          return static_cast<int>(n);
        },
        &error);
    if (gif_ == nullptr) fail(error);
  }
  ~Reader() {
    int ignored = 0;
    DGifCloseFile(gif_, &ignored);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Goes on to the first frame's pixels.
  ImageSize to_first_frame() {
    GifRecordType type = UNDEFINED_RECORD_TYPE;
    for (;;) {
      if (DGifGetRecordType(gif_, &type) == GIF_ERROR) fail(gif_->Error);
      if (type == TERMINATE_RECORD_TYPE) throw DecodeFault("bad GIF (it holds no picture)");
      if (type == IMAGE_DESC_RECORD_TYPE) break;
      if (type == EXTENSION_RECORD_TYPE) skip_extension();
    }
    if (DGifGetImageHeader(gif_) == GIF_ERROR) fail(gif_->Error);
    const GifImageDesc& frame = gif_->Image;
    const auto covered = [](std::int64_t screen, std::int64_t from, std::int64_t length) {
      return std::max(screen, from + length);
    };
    const std::int64_t width = covered(gif_->SWidth, frame.Left, frame.Width),
                       height = covered(gif_->SHeight, frame.Top, frame.Height);
    if (frame.Width < 1 || frame.Height < 1 || frame.Left < 0 || frame.Top < 0) throw DecodeFault("bad GIF (its frame is empty)");
    check_size(width, height);
    return {static_cast<int>(height), static_cast<int>(width)};
  }

  // Of the palette, over the whole picture.
  std::vector<std::uint8_t> indices(ImageSize size) {
    const GifImageDesc& frame = gif_->Image;
    const auto width = static_cast<std::size_t>(size.width);
    std::vector<std::uint8_t> out(width * static_cast<std::size_t>(size.height),
                                  static_cast<std::uint8_t>(std::max(transparent_, 0)));
    const auto row = [&](int y) {
      std::uint8_t* to = out.data() + static_cast<std::size_t>(frame.Top + y) * width + static_cast<std::size_t>(frame.Left);
      if (DGifGetLine(gif_, to, frame.Width) == GIF_ERROR) fail(gif_->Error);
    };
    constexpr std::array<std::array<int, 2>, 4> passes{{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};  // GIF89a, appendix E
    if (frame.Interlace)
      for (const auto& [first, step] : passes)
        for (int y = first; y < frame.Height; y += step) row(y);
    else
      for (int y = 0; y < frame.Height; ++y) row(y);
    return out;
  }

  std::array<GifColorType, 256> palette() const {
    std::array<GifColorType, 256> out{};
    const ColorMapObject* map = gif_->Image.ColorMap != nullptr ? gif_->Image.ColorMap : gif_->SColorMap;
    if (map != nullptr)
      std::copy_n(map->Colors, std::min(map->ColorCount, 256), out.begin());
    else  // none at all: shades of grey
      for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = {static_cast<GifByteType>(i), static_cast<GifByteType>(i), static_cast<GifByteType>(i)};
    return out;
  }

 private:
  void skip_extension() {
    int code = 0;
    GifByteType* block = nullptr;
    if (DGifGetExtension(gif_, &code, &block) == GIF_ERROR) fail(gif_->Error);
    while (block != nullptr) {
      if (code == GRAPHICS_EXT_FUNC_CODE && block[0] >= 4) transparent_ = (block[1] & 1) != 0 ? block[4] : -1;
      if (DGifGetExtensionNext(gif_, &block) == GIF_ERROR) fail(gif_->Error);
    }
  }

  [[noreturn]] static void fail(int error) {
    const char* text = GifErrorString(error);
    const bool ends = error == D_GIF_ERR_READ_FAILED || error == D_GIF_ERR_EOF_TOO_SOON;
    throw DecodeFault((ends ? "truncated GIF (" : "bad GIF (") + std::string(text == nullptr ? "corrupt data" : text) + ")");
  }

  Stored rest_;
  GifFileType* gif_ = nullptr;
  int transparent_ = -1;
};

void decode(Stored stored, const DecodeOptions& options, RowResizer& resizer, ImageSpan out) {
  Reader reader(stored);
  const ImageSize size = reader.to_first_frame();
  const std::vector<std::uint8_t> indices = reader.indices(size);
  const auto palette = reader.palette();
  resizer.begin(size, options.interpolation, out);
  const auto width = static_cast<std::size_t>(size.width);
  std::vector<std::uint8_t> row(width * 3);
  for (int y = 0; y < size.height; ++y) {
    if (!resizer.wants(y)) continue;
    const std::uint8_t* from = indices.data() + static_cast<std::size_t>(y) * width;
    for (std::size_t x = 0; x < width; ++x) {
      const GifColorType& colour = palette[from[x]];
      row[3 * x] = colour.Red;
      row[3 * x + 1] = colour.Green;
      row[3 * x + 2] = colour.Blue;
    }
    resizer.put(y, row.data());
  }
  resizer.finish();
}

bool recognizes(Stored s) { return s.size() >= 6 && std::memcmp(s.data(), "GIF8", 4) == 0; }

const Register registered{{.format = "GIF",
                           .extensions = {"gif"},
                           .recognizes = recognizes,
                           .header = [](Stored s) { return Reader(s).to_first_frame(); },
                           .decode = decode,
                           .end = ";"}};

}  // namespace

}  // namespace cnnbench::codec::gif
