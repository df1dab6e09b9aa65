#include "cnnbench/data/decode.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/random.hpp"
#include "cnnbench/data/encode_jpeg.hpp"
#include "support/pictures.hpp"

namespace cnnbench {
namespace {

using test::Encoded;
using test::Picture;
using testing::HasSubstr;

Picture decoded(const Encoded& bytes, ImageSize size, DecodeOptions options = {}) {
  Picture out(size);
  decode_picture(bytes, "cat/cat.1.jpg", options, out.span());
  return out;
}

std::string error_of(const Encoded& bytes, ImageSize size = {8, 8}) {
  try {
    decoded(bytes, size);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::failed);
    EXPECT_THAT(e.remedy(), HasSubstr("on_bad_image=skip"));
    return e.what();
  }
  return "no error";
}

Encoded cut(Encoded bytes, std::size_t n) {
  bytes.resize(n);
  return bytes;
}

TEST(DecodeJpeg, GivesTheBitsOfTheLibrarysScanlinesForEverySamplingAndSize) {
  for (const auto& [across, down] : {std::pair{2, 2}, {2, 1}, {1, 1}, {1, 2}, {4, 1}})
    for (const bool progressive : {false, true})
      for (int width = 1; width < 40; width += 3)
        for (int height : {1, 2, 5, 8, 16, 17, 31, 33, 50}) {
          const Picture in = test::blotches({height, width}, 1);
          const Encoded jpeg =
              encode_jpeg(in, {.quality = 80, .chroma_across = across, .chroma_down = down, .progressive = progressive});
          const Picture full = test::decode_by_scanlines(jpeg);
          EXPECT_EQ(decoded(jpeg, full.size), full) << across << "x" << down << " " << width << "x" << height;
          EXPECT_EQ(decoded(jpeg, {16, 8}), test::nearest(full, {16, 8})) << across << "x" << down << " " << width << "x" << height;
        }
}

TEST(DecodeJpeg, GivesTheBitsOfTheLibrarysScanlinesForEverySharedPicture) {
  const auto files = test::photographs();
  if (files.empty()) GTEST_SKIP() << "no photographs in shared/data/catdog: set CNNBENCH_SHARED";
  EXPECT_GE(files.size(), 2500U);
  for (const auto& file : files) {
    const Encoded jpeg = test::read_file(file);
    ASSERT_EQ(decoded(jpeg, {64, 64}), test::nearest(test::decode_by_scanlines(jpeg), {64, 64})) << file;
  }
}

TEST(DecodeJpeg, EveryTruncationIsAnError) {
  for (const bool progressive : {false, true}) {
    const Encoded jpeg = encode_jpeg(test::blotches({40, 56}, 2), {.progressive = progressive});
    for (std::size_t n = 3; n + 1 < jpeg.size(); ++n) ASSERT_NE(error_of(cut(jpeg, n)), "no error") << n << " of " << jpeg.size();
    EXPECT_THAT(error_of(cut(jpeg, jpeg.size() / 2)), testing::StartsWith("cat/cat.1.jpg: truncated JPEG ("));
  }
}

TEST(DecodeJpeg, GarbageAfterTheHeaderIsAnError) {
  Encoded jpeg = encode_jpeg(test::blotches({64, 64}, 3));
  RandomStream random{4};
  for (std::size_t i = jpeg.size() / 2; i < jpeg.size(); ++i) jpeg[i] = static_cast<std::uint8_t>(random.below(255));
  EXPECT_NE(error_of(jpeg), "no error");
}

TEST(DecodeJpeg, GoesOnAfterABadPicture) {
  const Picture in = test::blotches({30, 30}, 5);
  const Encoded jpeg = encode_jpeg(in);
  const Picture before = decoded(jpeg, {10, 10});
  error_of(cut(jpeg, 300));
  EXPECT_EQ(decoded(jpeg, {10, 10}), before);
}

TEST(DecodeJpeg, FastIsCloseToExactAndUsesASmallerPicture) {
  Picture smooth(ImageSize{300, 400});
  for (int y = 0; y < 300; ++y)
    for (int x = 0; x < 400; ++x)
      for (int c = 0; c < 3; ++c)
        smooth.pixels[static_cast<std::size_t>((y * 400 + x) * 3 + c)] = static_cast<std::uint8_t>((x + y) * (c + 1) / 9);
  const Encoded jpeg = encode_jpeg(smooth);
  for (const auto interpolation : {Interpolation::nearest, Interpolation::bilinear, Interpolation::area}) {
    const Picture exact = decoded(jpeg, {64, 64}, {interpolation, DecodeMode::exact});
    const Picture fast = decoded(jpeg, {64, 64}, {interpolation, DecodeMode::fast});
    for (std::size_t i = 0; i < exact.pixels.size(); ++i) ASSERT_NEAR(exact.pixels[i], fast.pixels[i], 8) << i;
    EXPECT_NE(exact, fast);
  }
  EXPECT_EQ(decoded(jpeg, {300, 400}, {Interpolation::nearest, DecodeMode::fast}), decoded(jpeg, {300, 400}));
}

TEST(DecodeJpeg, CmykIsConvertedAsPillowDoes) {
  // Image.open(...).convert("RGB") of the same file gives these.
  const Picture p = decoded(test::encode_cmyk_jpeg({8, 8}, 200, 100, 50, 150), {1, 1});
  EXPECT_EQ(p.pixels, (std::vector<std::uint8_t>{118, 59, 29}));
}

TEST(DecodePng, RoundTripOfEveryKind) {
  const Picture in = test::blotches({21, 34}, 6);
  Picture grayed = in, mapped = in;
  for (std::size_t i = 0; i < in.pixels.size(); ++i) grayed.pixels[i] = in.pixels[i / 3 * 3];
  for (std::size_t i = 0; i < in.pixels.size(); i += 3) {
    mapped.pixels[i + 1] = static_cast<std::uint8_t>(255 - in.pixels[i]);
    mapped.pixels[i + 2] = static_cast<std::uint8_t>(in.pixels[i] / 2);
  }
  using enum test::PngKind;
  for (const auto kind : {rgb, rgba, rgb16, interlaced}) EXPECT_EQ(decoded(test::encode_png(in, kind), in.size), in);
  for (const auto kind : {gray, gray16}) EXPECT_EQ(decoded(test::encode_png(in, kind), in.size), grayed);
  EXPECT_EQ(decoded(test::encode_png(in, palette), in.size), mapped);
}

TEST(Decode, LosslessFormatsRoundTripAtBothSizes) {
  const Picture in = test::blotches({33, 47}, 7);
  const std::pair<const char*, Encoded> files[] = {{"PNG", test::encode_png(in)},
                                                   {"WebP", test::encode_webp(in)},
                                                   {"TIFF", test::encode_tiff(in)},
                                                   {"BMP", test::encode_bmp(in)},
                                                   {"PPM", test::encode_ppm(in)}};
  for (const auto& [format, bytes] : files) {
    EXPECT_EQ(read_picture_header(bytes, "x").format, format);
    EXPECT_EQ(read_picture_header(bytes, "x").size, in.size) << format;
    EXPECT_EQ(decoded(bytes, in.size), in) << format;
    EXPECT_EQ(decoded(bytes, {8, 16}), test::nearest(in, {8, 16})) << format;
    for (const std::size_t n : {bytes.size() / 8, bytes.size() / 2, bytes.size() - 20})
      EXPECT_NE(error_of(cut(bytes, n)), "no error") << format << " " << n;
  }
}

TEST(DecodeTiff, OrientationIsObeyedAsInPillow) {
  const Picture in = test::blotches({5, 9}, 8);
  Picture turned(ImageSize{9, 5});  // 6: the stored top is shown at the right
  for (int y = 0; y < 5; ++y)
    for (int x = 0; x < 9; ++x) std::copy_n(in.pixels.begin() + (y * 9 + x) * 3, 3, turned.pixels.begin() + (x * 5 + 4 - y) * 3);
  const Encoded tiff = test::encode_tiff(in, 6);
  EXPECT_EQ(read_picture_header(tiff, "x").size, turned.size);
  EXPECT_EQ(decoded(tiff, turned.size), turned);
}

// The colours as they are stored, as Pillow's convert("RGB").
TEST(DecodeTiff, ATransparentPictureKeepsItsColours) {
  const Picture in = test::blotches({5, 9}, 8);
  EXPECT_EQ(decoded(test::encode_tiff(in, 1, /*transparent=*/true), in.size), in);
}

TEST(DecodeGif, WithoutAPaletteItsNumbersAreShadesOfGrey) {
  const Encoded two{'G', 'I', 'F',  '8',  '9',  'a',  2,    0, 1,  0, 0, 0, 0,  // no palette of the picture
                    ',', 0,   0,    0,    0,    2,    0,    1, 0,  0,           // nor of its frame
                    8,   5,   0x00, 0x15, 0x20, 0x0b, 0x08, 0, ';'};            // clear, 10, 200, end
  EXPECT_EQ(decoded(two, {1, 2}).pixels, (std::vector<std::uint8_t>{10, 10, 10, 200, 200, 200}));
}

TEST(DecodeWebp, AnAnimationIsNamed) {
  const Encoded animated{'R', 'I', 'F', 'F', 22, 0,    0, 0, 'W', 'E', 'B', 'P', 'V', 'P', '8',
                         'X', 10,  0,   0,   0,  0x02, 0, 0, 0,   7,   0,   0,   7,   0,   0};
  EXPECT_THAT(error_of(animated), HasSubstr("animation"));
}

TEST(Decode, SixteenBitAndUnusualMaximaOfPpm) {
  const std::string wide = std::string("P6 1 1 65535\n") + "\x80" + "\x01" + "\xff" + "\xff" + std::string(2, '\0');
  EXPECT_EQ(decoded({wide.begin(), wide.end()}, {1, 1}).pixels, (std::vector<std::uint8_t>{128, 255, 0}));
  const std::string odd = "P5 1 1 100\n2";  // 50 of 100
  EXPECT_EQ(decoded({odd.begin(), odd.end()}, {1, 1}).pixels, (std::vector<std::uint8_t>{128, 128, 128}));
}

TEST(Decode, HugeHeadersAreRefusedBeforeAnythingIsAllocated) {
  EXPECT_THAT(error_of(test::png_header(2'000'000'000, 2'000'000'000)), HasSubstr("too large: 2000000000 x 2000000000"));
  EXPECT_THAT(error_of(test::png_header(16384, 16384)), HasSubstr("too large"));
  EXPECT_THAT(error_of(test::png_header(16385, 1)), HasSubstr("too large"));
  const std::string ppm = "P6 70000 2 255\n";
  EXPECT_THAT(error_of({ppm.begin(), ppm.end()}), HasSubstr("too large"));
  Encoded jpeg = encode_jpeg(test::blotches({16, 16}, 9));
  for (std::size_t i = 0; i + 9 < jpeg.size(); ++i)
    if (jpeg[i] == 0xff && jpeg[i + 1] == 0xc0) jpeg[i + 5] = jpeg[i + 7] = 0xfe;  // height and width in the frame header
  EXPECT_THAT(error_of(jpeg), HasSubstr("too large"));
  Encoded bmp = test::encode_bmp(test::blotches({4, 4}, 9));
  bmp[20] = 0x01;
  EXPECT_THAT(error_of(bmp), HasSubstr("too large"));
}

TEST(Decode, NamesWhatIsWrong) {
  EXPECT_EQ(error_of({}), "cat/cat.1.jpg: empty file");
  EXPECT_THAT(error_of({'h', 'e', 'l', 'l', 'o'}),
              HasSubstr("not a picture of a known format (BMP, GIF, JPEG, PNG, PPM, TIFF, WebP)"));
}

TEST(Decode, TheContentTellsTheFormatNotTheName) {
  const Picture in = test::blotches({8, 8}, 10);
  EXPECT_EQ(decoded(test::encode_png(in), in.size), in) << "a PNG that is called .jpg";
}

TEST(Decode, KnowsTheExtensionsOfPictures) {
  for (const char* name :
       {"a.png", "a.JPG", "a.b.jpeg", "a.bmp", "a.ppm", "a.tif", "a.TIFF", "a.webp", "a.gif", "a.jfif", "a.JPE", "a.pgm"})
    EXPECT_TRUE(has_picture_extension(name)) << name;
  for (const char* name : {"jpg", "a.heic", "a.jp2", "a.jpg.txt", "", "Thumbs.db"})
    EXPECT_FALSE(has_picture_extension(name)) << name;
}

// Whatever the bytes: a picture or an Error. Worth most under the address sanitizer.
TEST(Decode, MutatedFilesNeverCrash) {
  const Picture in = test::blotches({24, 24}, 11);
  const Encoded seeds[] = {encode_jpeg(in),
                           encode_jpeg(in, {.chroma_down = 1, .progressive = true}),
                           test::encode_cmyk_jpeg({24, 24}, 1, 2, 3, 4),
                           test::encode_png(in),
                           test::encode_png(in, test::PngKind::interlaced),
                           test::encode_png(in, test::PngKind::palette),
                           test::encode_webp(in),
                           test::encode_tiff(in),
                           test::encode_bmp(in),
                           test::encode_ppm(in)};
  int pictures = 0, errors = 0;
  for (std::uint64_t round = 0; round < 300; ++round)
    for (const Encoded& seed : seeds) {
      RandomStream random{12, round, static_cast<std::uint64_t>(&seed - seeds)};
      Encoded bytes = seed;
      for (std::uint64_t change = 0, n = 1 + random.below(8); change < n; ++change) {
        // Headers are where the interesting lies are.
        const std::size_t at = random.below(random.coin() ? std::min<std::size_t>(bytes.size(), 160) : bytes.size());
        bytes[at] = random.coin() ? static_cast<std::uint8_t>(random.next())
                                  : static_cast<std::uint8_t>(bytes[at] ^ (1u << random.below(8)));
      }
      if (random.below(8) == 0) bytes.resize(random.below(bytes.size()));
      const DecodeOptions options{random.coin() ? Interpolation::nearest : Interpolation::bilinear,
                                  random.coin() ? DecodeMode::exact : DecodeMode::fast};
      try {
        decoded(bytes, {9, 7}, options);
        ++pictures;
      } catch (const Error&) {
        ++errors;
      }
    }
  EXPECT_GT(pictures, 100);
  EXPECT_GT(errors, 100);
}

}  // namespace
}  // namespace cnnbench
