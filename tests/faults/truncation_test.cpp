// A file that ends early: a fault that names it, or every pixel of the whole one; never another picture without a word.
// CNNBENCH_DEEP=1 takes every length of fifty photographs too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

// Wants <cstdio> before it.
#include <jpeglib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cnnbench/core/error.hpp"
#include "cnnbench/data/dataset.hpp"
#include "cnnbench/data/decode.hpp"
#include "cnnbench/data/encode_jpeg.hpp"
#include "support/pictures.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using test::Encoded;
using test::Picture;
using ::testing::HasSubstr;
using ::testing::StartsWith;

bool deep() { return std::getenv("CNNBENCH_DEEP") != nullptr; }

struct Counts {
  int faults = 0, whole = 0;
};

Counts cut_everywhere(const Encoded& bytes, const std::string& what, std::size_t step = 1) {
  const ImageSize size = read_picture_header(bytes, "p").size;
  Counts counts;
  for (const Interpolation interpolation : {Interpolation::nearest, Interpolation::bilinear}) {
    Picture wanted(size), got(size);
    decode_picture(bytes, "p", {.interpolation = interpolation}, wanted.span());
    for (std::size_t length = 0; length < bytes.size(); length += step) {
      try {
        decode_picture({bytes.data(), length}, "p", {.interpolation = interpolation}, got.span());
        EXPECT_TRUE(got == wanted) << what << ", " << length << " of " << bytes.size() << " bytes";
        ++counts.whole;
      } catch (const Error& e) {
        EXPECT_THAT(e.what(), StartsWith("p: ")) << what;
        EXPECT_FALSE(e.remedy().empty());
        ++counts.faults;
      }
    }
  }
  return counts;
}

Encoded jpeg_of(const Picture& picture, bool progressive, unsigned restart, J_COLOR_SPACE space) {
  return test::compress_jpeg(picture.size, 3, picture.pixels, [&](jpeg_compress_struct& info) {
    jpeg_set_colorspace(&info, space);
    info.restart_interval = restart;
    if (progressive) jpeg_simple_progression(&info);
  });
}

TEST(Truncation, OfEveryFormatIsAFaultOrCostsNoPixel) {
  using enum test::PngKind;
  for (const ImageSize size : {ImageSize{24, 40}, ImageSize{33, 17}})
    for (std::uint64_t seed = 0; seed < 2; ++seed) {
      const Picture p = test::blotches(size, seed);
      std::vector<std::pair<std::string, Encoded>> files{
          {"WebP", test::encode_webp(p)}, {"TIFF", test::encode_tiff(p)},
          {"BMP", test::encode_bmp(p)},   {"PPM", test::encode_ppm(p)},
          {"JPEG", encode_jpeg(p)},       {"JPEG 4:4:4", encode_jpeg(p, {.chroma_across = 1, .chroma_down = 1})}};
      for (const auto kind : {rgb, rgba, gray, gray16, rgb16, palette, interlaced})
        files.emplace_back("PNG " + std::to_string(static_cast<int>(kind)), test::encode_png(p, kind));
      for (const bool progressive : {false, true})
        for (const unsigned restart : {0U, 1U, 3U})
          for (const J_COLOR_SPACE space : {JCS_YCbCr, JCS_GRAYSCALE})
            files.emplace_back("JPEG, progressive " + std::to_string(progressive) + ", restart " + std::to_string(restart),
                               jpeg_of(p, progressive, restart, space));
      for (const auto& [what, bytes] : files) EXPECT_GT(cut_everywhere(bytes, what).faults, 20) << what;
    }
}

TEST(Truncation, OfPhotographsIsAFaultOrCostsNoPixel) {
  const std::vector<fs::path> files = test::photographs();
  if (files.empty()) GTEST_SKIP() << "no photographs in shared/data/catdog";
  const std::size_t wanted = deep() ? 50 : 3;
  for (std::size_t i = 0; i < files.size(); i += files.size() / wanted) {
    const Encoded bytes = test::read_file(files[i]);
    EXPECT_GT(cut_everywhere(bytes, files[i].string(), deep() ? 1 : bytes.size() / 100 + 1).faults, 50);
  }
}

class CifarFiles : public ::testing::Test {
 protected:
  static constexpr std::int64_t record = 3073, whole = 10'000 * record;
  test::TemporaryFolder folder;
  const fs::path train = folder.put("data_batch_1.bin", "x"), validation = folder.put("test_batch.bin", "x");
  void SetUp() override {
    for (const fs::path& file : {train, validation}) put(file, 0, 0), fs::resize_file(file, whole);
  }
  // All zeros but for what is put there: it takes no room on the disk.
  static void put(const fs::path& file, std::int64_t offset, std::uint8_t byte) {
    std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(offset);
    out.put(static_cast<char>(byte));
  }
  std::string error() const {
    try {
      open_splits({.kind = DataKind::cifar10, .path = folder.path().string(), .image_size = square(32)});
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), ExitCode::usage);
      return e.what();
    }
    return "";
  }
};

TEST_F(CifarFiles, OfAnySizeAroundARecordsEndAreNamedWithTheRecord) {
  EXPECT_EQ(error(), "");
  for (const fs::path& file : {train, validation}) {
    for (const std::int64_t records : {0, 1, 2, 4999, 9998, 9999, 10'000, 10'001, 20'000})
      for (const std::int64_t beside : {-3072, -2, -1, 0, 1, 2, 3072}) {
        const std::int64_t size = records * record + beside;
        if (size < 0 || size == whole) continue;
        fs::resize_file(file, static_cast<std::uintmax_t>(size));
        const std::string name = file.filename().string();
        if (size < whole)
          EXPECT_THAT(error(), HasSubstr(name + ": the file ends at offset " + std::to_string(size) + ", in record " +
                                         std::to_string(size / record) + " of 10000"));
        else
          EXPECT_THAT(error(), HasSubstr(name + ": " + std::to_string(size - whole) + " bytes too many from offset 30730000 on"));
      }
    fs::resize_file(file, whole);
  }
  EXPECT_EQ(error(), "");
}

TEST_F(CifarFiles, LabelsAboveNineAreNamedWithTheirOffset) {
  for (const fs::path& file : {train, validation})
    for (const std::int64_t at : {0, 1, 999, 1000, 9999})
      for (const int label : {9, 10, 11, 127, 128, 255}) {
        put(file, at * record, static_cast<std::uint8_t>(label));
        if (label == 9)
          EXPECT_EQ(error(), "");
        else
          EXPECT_THAT(error(), HasSubstr(file.filename().string() + ": label " + std::to_string(label) + " at offset " +
                                         std::to_string(at * record) + " (labels are 0 to 9)"));
        put(file, at * record, 0);
      }
}

}  // namespace
}  // namespace cnnbench
