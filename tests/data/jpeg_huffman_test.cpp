#include "data/jpeg_huffman.hpp"

#include <gtest/gtest.h>

#include <csetjmp>
#include <string>

// Wants what jpeg_huffman.hpp includes before it.
#include <jerror.h>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/random.hpp"
#include "cnnbench/data/decode.hpp"
#include "support/pictures.hpp"

namespace cnnbench::codec {
namespace {

using test::Encoded;
using test::Picture;

struct Settings {
  int quality = 90, across = 2, down = 2, restart = 0;
  bool gray = false, optimized = false, progressive = false, one_scan_each = false;
};

Encoded encoded(const Picture& picture, const Settings& settings) {
  return test::compress_jpeg(picture.size, 3, picture.pixels, [&](jpeg_compress_struct& info) {
    if (settings.gray) jpeg_set_colorspace(&info, JCS_GRAYSCALE);
    jpeg_set_quality(&info, settings.quality, TRUE);
    info.comp_info[0].h_samp_factor = settings.gray ? 1 : settings.across;
    info.comp_info[0].v_samp_factor = settings.gray ? 1 : settings.down;
    info.optimize_coding = settings.optimized ? TRUE : FALSE;
    info.restart_interval = static_cast<unsigned>(settings.restart);
    static constexpr jpeg_scan_info scans[3] = {{1, {0}, 0, 63, 0, 0}, {1, {1}, 0, 63, 0, 0}, {1, {2}, 0, 63, 0, 0}};
    if (settings.one_scan_each) {
      info.scan_info = scans;
      info.num_scans = 3;
    }
    if (settings.progressive) jpeg_simple_progression(&info);
  });
}

struct Outcome {
  bool taken = false;
  std::string error;  // of the library; a warning is one too
  std::vector<std::uint8_t> samples;
};

struct Errors : jpeg_error_mgr {
  std::jmp_buf escape;
  char text[JMSG_LENGTH_MAX] = {};
  bool harmless_pass = false;  // warnings that cost no pixel: docs/pictures.md
  bool is_harmless() const {
    const bool extra = msg_code == JWRN_EXTRANEOUS_DATA && !(msg_parm.i[1] >= 0xd0 && msg_parm.i[1] <= 0xd7);
    return extra || msg_code == JWRN_JFIF_MAJOR || msg_code == JWRN_NOT_SEQUENTIAL || msg_code == JWRN_ADOBE_XFORM;
  }
};

Outcome decoded(const Encoded& bytes, JpegHuffman* huffman, int eighths = 8, bool harmless_pass = false) {
  jpeg_decompress_struct info{};
  Errors errors;
  info.err = jpeg_std_error(&errors);
  errors.harmless_pass = harmless_pass;
  errors.error_exit = [](j_common_ptr c) {
    c->err->format_message(c, static_cast<Errors*>(c->err)->text);
    std::longjmp(static_cast<Errors*>(c->err)->escape, 1);
  };
  errors.emit_message = [](j_common_ptr c, int level) {
    const auto* self = static_cast<Errors*>(c->err);
    if (level < 0 && !(self->harmless_pass && self->is_harmless())) c->err->error_exit(c);
  };
  jpeg_create_decompress(&info);
  static Outcome out;  // outlives the jump
  out = {};
  static std::vector<std::uint8_t> row;
  if (setjmp(errors.escape) == 0) {
    jpeg_mem_src(&info, bytes.data(), bytes.size());
    jpeg_read_header(&info, TRUE);
    info.scale_num = static_cast<unsigned>(eighths);
    info.scale_denom = 8;
    jpeg_start_decompress(&info);
    if (huffman) out.taken = huffman->take_over(info, bytes);
    row.resize(info.output_width * static_cast<unsigned>(info.output_components));
    while (info.output_scanline < info.output_height) {
      JSAMPROW pointer = row.data();
      jpeg_read_scanlines(&info, &pointer, 1);
      out.samples.insert(out.samples.end(), row.begin(), row.end());
    }
    jpeg_finish_decompress(&info);
  } else {
    out.error = errors.text;
  }
  jpeg_destroy_decompress(&info);
  return out;
}

void expect_as_the_library(const Encoded& bytes, JpegHuffman& huffman, const std::string& what) {
  for (const int eighths : {8, 4, 2, 1}) {
    const Outcome wanted = decoded(bytes, nullptr, eighths), got = decoded(bytes, &huffman, eighths);
    EXPECT_TRUE(got.taken) << what;
    ASSERT_EQ(got.error, "") << what;
    ASSERT_TRUE(got.samples == wanted.samples) << what << ", " << eighths << "/8";
  }
}

TEST(JpegHuffman, GivesTheLibrarysSamples) {
  JpegHuffman huffman;  // one for all, as in a thread's decoder: nothing of a picture stays for the next
  for (const int quality : {1, 30, 75, 90, 100})
    for (const auto& [across, down] : {std::pair{2, 2}, {2, 1}, {1, 1}, {1, 2}, {4, 1}})
      for (const bool optimized : {false, true})
        for (const ImageSize size : {ImageSize{1, 1}, {8, 8}, {17, 33}, {50, 121}}) {
          const Encoded jpeg =
              encoded(test::blotches(size, 5), {.quality = quality, .across = across, .down = down, .optimized = optimized});
          expect_as_the_library(jpeg, huffman,
                                "quality " + std::to_string(quality) + ", " + std::to_string(across) + "x" + std::to_string(down));
        }
}

TEST(JpegHuffman, GivesTheLibrarysSamplesWithRestartsAndInGray) {
  JpegHuffman huffman;
  for (const int restart : {1, 2, 3, 7, 1000})
    for (const bool gray : {false, true}) {
      const Encoded jpeg = encoded(test::blotches({90, 150}, 6), {.restart = restart, .gray = gray});
      expect_as_the_library(jpeg, huffman, "a restart each " + std::to_string(restart));
    }
}

// Every coefficient as large as can be: long codes with many additional bits, and codes of 16 bits.
TEST(JpegHuffman, GivesTheLibrarysSamplesOfNoise) {
  JpegHuffman huffman;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    Picture noise({64, 96});
    RandomStream random{7, seed};
    for (std::uint8_t& value : noise.pixels) value = random.coin() ? 255 : 0;
    for (const bool optimized : {false, true})
      expect_as_the_library(encoded(noise, {.quality = 100, .across = 1, .down = 1, .optimized = optimized}), huffman, "noise");
  }
}

// A library that it does not go with would leave it out without a word, and cost half the speed.
TEST(JpegHuffman, GoesWithTheLibraryThatIsLoaded) {
#ifdef LIBJPEG_TURBO_VERSION
  EXPECT_TRUE(own_huffman_fits());
#else
  JpegHuffman huffman;
  EXPECT_FALSE(decoded(encoded(test::blotches({40, 40}, 8), {}), &huffman).taken);
#endif
}

TEST(JpegHuffman, LeavesOtherKindsToTheLibrary) {
  JpegHuffman huffman;
  const Picture in = test::blotches({40, 40}, 8);
  for (const Settings& settings : {Settings{.progressive = true}, {.one_scan_each = true}}) {
    const Outcome out = decoded(encoded(in, settings), &huffman);
    EXPECT_FALSE(out.taken);
    EXPECT_EQ(out.error, "");
  }
}

Encoded damaged(const Encoded& jpeg, RandomStream& random) {
  Encoded bytes = jpeg;
  for (std::uint64_t change = 0, n = 1 + random.below(3); change < n; ++change)
    bytes[random.below(bytes.size())] ^= static_cast<std::uint8_t>(1U << random.below(8));
  if (random.below(8) == 0) bytes.resize(random.below(bytes.size()));
  return bytes;
}

// What is damaged is given up, or has the library's samples: nothing is made of it that the library would not make.
TEST(JpegHuffman, NothingElseComesOfDamagedData) {
  JpegHuffman huffman;
  int given_up = 0, whole = 0, not_taken = 0;
  for (const int restart : {0, 2}) {
    const Encoded jpeg = encoded(test::blotches({48, 64}, 9), {.restart = restart});
    for (std::uint64_t round = 0; round < 1500; ++round) {
      RandomStream random{10, round, static_cast<std::uint64_t>(restart)};
      const Encoded bytes = damaged(jpeg, random);
      const Outcome got = decoded(bytes, &huffman);
      if (huffman.gave_up()) {
        EXPECT_TRUE(got.taken);
        ++given_up;
        continue;
      }
      const Outcome wanted = decoded(bytes, nullptr);
      EXPECT_EQ(got.error, wanted.error) << round;
      EXPECT_TRUE(got.samples == wanted.samples) << round;
      ++(got.taken ? whole : not_taken);
    }
  }
  EXPECT_GT(given_up, 100);
  EXPECT_GT(whole, 100);
  EXPECT_GT(not_taken, 100);
}

// decode_picture() of the whole picture, and what a fresh object of the library makes of it.
enum class Agree { on_pixels, on_an_error, not_at_all };
Agree agreement(const Encoded& bytes, ImageSize size) {
  const Outcome wanted = decoded(bytes, nullptr, 8, true);
  Picture out(size);
  try {
    decode_picture(bytes, "picture", {}, out.span());
  } catch (const Error&) {
    return wanted.error.empty() ? Agree::not_at_all : Agree::on_an_error;
  }
  return wanted.error.empty() && wanted.samples == out.pixels ? Agree::on_pixels : Agree::not_at_all;
}

// Given up halfway, a picture is decoded again by the library alone, which makes something of some damaged data.
TEST(JpegHuffman, ADamagedPictureIsWhatTheLibraryMakesOfIt) {
  const ImageSize size{48, 64};
  const Encoded jpeg = encoded(test::blotches(size, 9), {.restart = 2});
  // The header with the picture's size, up to the scan, stays whole: another size has other pixels to compare.
  int pixels = 0, errors = 0;
  for (std::uint64_t round = 0; round < 1500; ++round) {
    RandomStream random{11, round};
    Encoded bytes = damaged(jpeg, random);
    const std::size_t header = std::min<std::size_t>(bytes.size(), 200);
    std::copy_n(jpeg.begin(), header, bytes.begin());
    const Agree agree = agreement(bytes, size);
    EXPECT_NE(agree, Agree::not_at_all) << round;
    ++(agree == Agree::on_pixels ? pixels : errors);
  }
  EXPECT_GT(pixels, 100);
  EXPECT_GT(errors, 100);
}

Encoded without(Encoded jpeg, std::uint8_t marker) {
  for (std::size_t i = 2; i + 3 < jpeg.size() && jpeg[i + 1] != 0xda;) {
    const std::size_t length = 2 + static_cast<std::size_t>(jpeg[i + 2] << 8 | jpeg[i + 3]);
    if (jpeg[i + 1] == marker)
      jpeg.erase(jpeg.begin() + static_cast<std::ptrdiff_t>(i), jpeg.begin() + static_cast<std::ptrdiff_t>(i + length));
    else
      i += length;
  }
  return jpeg;
}

TEST(JpegHuffman, NoPictureHasTheTablesOfTheOneBefore) {
  const ImageSize size{40, 56};
  const Picture in = test::blotches(size, 12);
  const Encoded other = encoded(in, {.quality = 40, .optimized = true}), usual = encoded(in, {});
  const Encoded no_codes = without(usual, 0xc4), no_quantization = without(usual, 0xdb);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(agreement(other, size), Agree::on_pixels);
    EXPECT_EQ(agreement(no_codes, size), Agree::on_pixels) << "the standard's tables, as in Motion JPEG";
    EXPECT_EQ(agreement(no_quantization, size), Agree::on_an_error);
  }
}

}  // namespace
}  // namespace cnnbench::codec
