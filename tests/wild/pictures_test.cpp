// Files that Pillow, Keras and OpenCV read on: what costs no pixel is no fault, what does stays one.
#include <gif_lib.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

// Wants <cstdio> before it.
#include <jpeglib.h>

#include "cnnbench/core/error.hpp"
#include "cnnbench/data/decode.hpp"
#include "cnnbench/data/encode_jpeg.hpp"
#include "data/exif.hpp"
#include "support/pictures.hpp"

namespace cnnbench {
namespace {

using test::Encoded;
using test::Picture;
using testing::HasSubstr;
using testing::StartsWith;

struct Decoded {
  Picture picture;
  std::string warning, error;
};
Decoded decoded(const Encoded& bytes, ImageSize size, DecodeOptions options = {}) {
  Decoded out{Picture(size), "", ""};
  options.warning = &out.warning;
  try {
    decode_picture(bytes, "p", options, out.picture.span());
  } catch (const Error& e) {
    out.error = e.what();
  }
  return out;
}

constexpr ImageSize size{40, 48};
Encoded jpeg() { return encode_jpeg(test::blotches(size, 3), {.quality = 90}); }
// libjpeg's scanlines of the file as it was: what Pillow gives.
Picture whole() { return test::decode_by_scanlines(jpeg()); }

Encoded with(Encoded bytes, std::size_t at, const std::vector<std::uint8_t>& more) {
  bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), more.begin(), more.end());
  return bytes;
}
std::size_t find(const Encoded& bytes, const std::vector<std::uint8_t>& what) {
  return static_cast<std::size_t>(std::search(bytes.begin(), bytes.end(), what.begin(), what.end()) - bytes.begin());
}

void expect_warning(const Encoded& bytes, const std::string& text) {
  const Decoded d = decoded(bytes, size);
  EXPECT_EQ(d.error, "");
  EXPECT_THAT(d.warning, HasSubstr(text));
  EXPECT_EQ(d.picture, whole()) << "every pixel";
}

// JWRN_EXTRANEOUS_DATA: some ten pictures of the classic cats and dogs.
TEST(WildJpeg, BytesThatBelongToNothingCostNoPixel) {
  const Encoded bytes = jpeg();
  expect_warning(with(bytes, bytes.size() - 2, std::vector<std::uint8_t>(214, 0x11)), "extraneous bytes before marker 0xd9");
  expect_warning(with(bytes, find(bytes, {0xff, 0xdb}), {1, 2, 3}), "3 extraneous bytes before marker 0xdb");
  EXPECT_EQ(decoded(bytes, size).warning, "");
}

// JWRN_JFIF_MAJOR
TEST(WildJpeg, UnknownRevisionsOfJfifAreRead) {
  Encoded bytes = jpeg();
  const std::size_t version = find(bytes, {'J', 'F', 'I', 'F', 0}) + 5;
  ASSERT_LT(version, bytes.size());
  for (const auto& [major, minor] : {std::pair{0, 0}, {2, 1}}) {
    bytes[version] = static_cast<std::uint8_t>(major);
    bytes[version + 1] = static_cast<std::uint8_t>(minor);
    expect_warning(bytes, "unknown JFIF revision number");
  }
}

// JWRN_NOT_SEQUENTIAL: the spectral selection of a sequential scan, which the decoder does not need.
TEST(WildJpeg, AScanHeaderThatSaysTooLittleIsRead) {
  Encoded bytes = jpeg();
  const std::size_t scan = find(bytes, {0xff, 0xda});
  bytes[scan + 12] = 0;  // Se: 63
  expect_warning(bytes, "Invalid SOS parameters for sequential JPEG");
}

// JWRN_ADOBE_XFORM: taken for YCbCr, as by everybody.
TEST(WildJpeg, AnUnknownAdobeTransformIsTakenForTheUsualOne) {
  Encoded bytes = jpeg();
  const std::size_t length = static_cast<std::size_t>(bytes[4]) << 8 | bytes[5];
  bytes.erase(bytes.begin() + 2, bytes.begin() + 4 + static_cast<std::ptrdiff_t>(length));  // without JFIF's word for it
  expect_warning(with(bytes, 2, {0xff, 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 5}),
                 "Unknown Adobe color transform code 5");
}

TEST(WildJpeg, WhatIsMissingStaysAFault) {
  const Encoded bytes = jpeg();
  Encoded half = bytes;
  half.resize(bytes.size() * 2 / 3);
  EXPECT_THAT(decoded(half, size).error, StartsWith("p: truncated JPEG"));  // JWRN_JPEG_EOF
  half.insert(half.end(), {0xff, 0xd9});
  EXPECT_THAT(decoded(half, size).error, StartsWith("p: truncated JPEG"));  // JWRN_HIT_MARKER
  Encoded wrong = bytes;
  const std::size_t scan = (find(bytes, {0xff, 0xda}) + 14) / 2 * 2;
  for (std::size_t i = scan + 100; i < scan + 140; ++i)
    wrong[i] = i % 2 == 0 ? 0xff : 0x00;  // all ones are no code: JWRN_HUFF_BAD_CODE
  EXPECT_THAT(decoded(wrong, size).error, StartsWith("p: "));
}

// Before a restart marker left-over bytes tell of a segment that was read wrongly; JWRN_MUST_RESYNC: one that is not there.
TEST(WildJpeg, SegmentsThatDoNotAddUpAreFaults) {
  const Picture in = test::blotches(size, 3);
  const Encoded bytes = test::compress_jpeg(size, 3, in.pixels, [](jpeg_compress_struct& c) { c.restart_interval = 2; });
  EXPECT_EQ(decoded(bytes, size).error, "");
  const std::size_t restart = find(bytes, {0xff, 0xd1});
  ASSERT_LT(restart, bytes.size());
  EXPECT_THAT(decoded(with(bytes, restart, {1, 2, 3, 4, 5, 6, 7, 8}), size).error, StartsWith("p: bad JPEG"));
  Encoded other = bytes;
  other[restart + 1] = 0xd5;
  EXPECT_THAT(decoded(other, size).error, StartsWith("p: "));
}

Encoded exif(int orientation, bool little) {
  Encoded e{'E', 'x', 'i', 'f', 0, 0};
  const Encoded tiff =
      little ? Encoded{'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, static_cast<std::uint8_t>(orientation),
                       0,   0,   0,  0, 0, 0, 0}
             : Encoded{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, static_cast<std::uint8_t>(orientation),
                       0,   0,   0, 0,  0, 0};
  e.insert(e.end(), tiff.begin(), tiff.end());
  return e;
}
Encoded turned_jpeg(int orientation, bool little = true) {
  Encoded segment = exif(orientation, little);
  const auto length = segment.size() + 2;
  segment.insert(segment.begin(), {0xff, 0xe1, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length & 0xff)});
  return with(jpeg(), 2, segment);
}

TEST(WildExif, EachOrientationIsSetUprightAsPillowDoes) {
  // Three rows of two: AB/CD/EF.
  const std::string expected[] = {"ABCDEF", "BADCFE", "FEDCBA", "EFCDAB", "ACEBDF", "ECAFDB", "FDBECA", "BDFACE"};
  Picture in({3, 2});
  for (std::size_t i = 0; i < 6; ++i)
    std::fill_n(in.pixels.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, static_cast<std::uint8_t>('A' + i));
  for (int orientation = 1; orientation <= 8; ++orientation) {
    Picture out(lies_on_its_side(orientation) ? ImageSize{2, 3} : ImageSize{3, 2});
    set_upright(in, orientation, out.span());
    std::string text;
    for (std::size_t i = 0; i < 6; ++i) text += static_cast<char>(out.pixels[3 * i]);
    EXPECT_EQ(text, expected[orientation - 1]) << orientation;
  }
}

TEST(WildExif, IgnoredUnlessAskedFor) {
  for (const bool little : {true, false}) {
    const Encoded bytes = turned_jpeg(6, little);
    EXPECT_EQ(read_picture_header(bytes, "p").orientation, 6);
    EXPECT_EQ(read_picture_header(bytes, "p").size, size) << "as the pixels lie";
    EXPECT_EQ(decoded(bytes, size).picture, whole());
    Picture upright({size.width, size.height});
    set_upright(whole(), 6, upright.span());
    EXPECT_EQ(decoded(bytes, upright.size, {.exif = Exif::apply}).picture, upright);
    EXPECT_EQ(decoded(bytes, {16, 10}, {.exif = Exif::apply}).picture, test::nearest(upright, {16, 10})) << "turned, then resized";
  }
  EXPECT_EQ(read_picture_header(jpeg(), "p").orientation, 1);
  EXPECT_EQ(read_picture_header(test::encode_tiff(test::blotches({5, 6}, 1), 8), "p").orientation, 8);
}

TEST(WildExif, NonsenseIsUpright) {
  for (int orientation : {0, 9, 255}) EXPECT_EQ(exif_of_jpeg(turned_jpeg(orientation)), 1) << orientation;
  const Encoded bytes = turned_jpeg(6);
  for (std::size_t n = 0; n < 70; ++n) exif_of_jpeg({bytes.data(), n});  // the sanitizers watch
  for (const auto orientation_in : {exif_of_jpeg, exif_of_png, exif_of_webp, exif_of_tiff})
    for (std::size_t from = 0; from < 60; ++from) orientation_in({bytes.data() + from, 60 - from});
}

// Two frames; the first one is smaller than the picture, its rest transparent.
Encoded gif(bool interlaced) {
  Encoded out;
  int error = 0;
  GifFileType* file = EGifOpen(
      &out,
      [](GifFileType* f, const GifByteType* bytes, int n) {
        static_cast<Encoded*>(f->UserData)->insert(static_cast<Encoded*>(f->UserData)->end(), bytes, bytes + n);
        return n;
      },
      &error);
  const GifColorType colours[4] = {{10, 20, 30}, {40, 50, 60}, {70, 80, 90}, {250, 0, 250}};
  ColorMapObject* map = GifMakeMapObject(4, colours);
  EGifPutScreenDesc(file, 6, 9, 8, 0, map);
  const GifByteType transparent[4] = {1, 0, 0, 3};
  EGifPutExtension(file, GRAPHICS_EXT_FUNC_CODE, 4, transparent);
  for (int frame = 0; frame < 2; ++frame) {
    EGifPutImageDesc(file, 1, 0, 5, 9, interlaced, nullptr);
    std::vector<int> order;
    if (interlaced)
      for (const auto& [first, step] : {std::pair{0, 8}, {4, 8}, {2, 4}, {1, 2}})
        for (int y = first; y < 9; y += step) order.push_back(y);
    else
      for (int y = 0; y < 9; ++y) order.push_back(y);
    for (const int y : order) {
      GifByteType row[5];
      for (int x = 0; x < 5; ++x) row[x] = static_cast<GifByteType>((x + y + frame) % 3);
      EGifPutLine(file, row, 5);
    }
  }
  EGifCloseFile(file, &error);
  GifFreeMapObject(map);
  return out;
}

TEST(WildGif, TheFirstFrameIsReadUnderAnyName) {
  for (const bool interlaced : {false, true}) {
    const Encoded bytes = gif(interlaced);
    const PictureHeader header = read_picture_header(bytes, "p.jpg");
    EXPECT_EQ(header.format, "GIF");
    EXPECT_EQ(header.size, (ImageSize{9, 6}));
    const Decoded d = decoded(bytes, {9, 6});
    EXPECT_EQ(d.error, "");
    for (int y = 0; y < 9; ++y)
      for (int x = 0; x < 6; ++x) {
        const std::uint8_t red = x == 0 ? 250 : static_cast<std::uint8_t>(10 + 30 * ((x - 1 + y) % 3));
        EXPECT_EQ(d.picture.pixels[static_cast<std::size_t>(3 * (6 * y + x))], red)
            << x << "," << y << (interlaced ? " interlaced" : "");
      }
  }
  EXPECT_TRUE(has_picture_extension("a.GIF"));
}

TEST(WildGif, WhatIsCutOffOrChangedIsAFaultOrAPicture) {
  const Encoded bytes = gif(false);
  for (std::size_t n = 6; n < bytes.size() * 2 / 5; ++n)
    EXPECT_THAT(decoded({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n)}, {9, 6}).error, HasSubstr("GIF")) << n;
  for (std::size_t i = 6; i < bytes.size(); ++i)
    for (const std::uint8_t value : {0, 1, 127, 255}) {
      Encoded changed = bytes;
      changed[i] = value;
      decoded(changed, {9, 6});  // the sanitizers watch
    }
}

}  // namespace
}  // namespace cnnbench
