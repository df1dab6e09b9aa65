#include "cnnbench/data/encode_png.hpp"

#include <gtest/gtest.h>

#include "cnnbench/core/error.hpp"
#include "cnnbench/data/decode.hpp"
#include "support/pictures.hpp"

namespace cnnbench {
namespace {

TEST(EncodePng, ComesBackToThePixel) {
  for (const ImageSize size : {ImageSize{1, 1}, ImageSize{7, 300}, ImageSize{211, 64}}) {
    const test::Picture picture = test::blotches(size, 3);
    const std::vector<std::uint8_t> bytes = encode_png(picture);
    EXPECT_EQ(read_picture_header(bytes, "a.png").format, "PNG");
    test::Picture back(size);
    decode_picture(bytes, "a.png", {}, back.span());
    EXPECT_EQ(back, picture);
    EXPECT_EQ(encode_png(picture), bytes);
  }
}

TEST(EncodePng, NoPictureIsAnError) { EXPECT_THROW(encode_png(ImageView{nullptr, {0, 0}}), Error); }

}  // namespace
}  // namespace cnnbench
