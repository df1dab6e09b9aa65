#include "cnnbench/data/resize.hpp"

#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>
#include <ostream>
#include <vector>

#include "support/pictures.hpp"

namespace cnnbench {
namespace {

test::Picture formula_picture() {
  test::Picture p(ImageSize{7, 11});
  for (int y = 0; y < 7; ++y)
    for (int x = 0; x < 11; ++x)
      for (int c = 0; c < 3; ++c)
        p.pixels[static_cast<std::size_t>((y * 11 + x) * 3 + c)] =
            static_cast<std::uint8_t>((x * 37 + y * 91 + c * 53 + x * y * 17) % 256);
  return p;
}

test::Picture resized(const test::Picture& in, Interpolation interpolation, ImageSize size) {
  test::Picture out(size);
  RowResizer resizer;
  resizer.begin(in.size, interpolation, out.span());
  for (int y = 0; y < in.size.height; ++y)
    if (resizer.wants(y)) resizer.put(y, in.pixels.data() + y * in.size.width * 3);
  resizer.finish();
  return out;
}

struct Golden {
  Interpolation interpolation;
  ImageSize size;
  std::vector<std::uint8_t> pixels;
};
void PrintTo(const Golden& g, std::ostream* out) {
  *out << name_of(g.interpolation) << " " << g.size.width << "x" << g.size.height;
}

class PillowGolden : public testing::TestWithParam<Golden> {};

TEST_P(PillowGolden, SamePixels) {
  EXPECT_EQ(resized(formula_picture(), GetParam().interpolation, GetParam().size).pixels, GetParam().pixels);
}

// Image.fromarray(formula).resize((W, H), NEAREST, BILINEAR or BOX) of Pillow 11.3.0. (A later Pillow does the vertical pass
// first for tall pictures, which differs by 1 here and there.)
INSTANTIATE_TEST_SUITE_P(
    Resize, PillowGolden,
    testing::Values(Golden{Interpolation::nearest, {3, 4}, {145, 198, 251, 51,  104, 157, 159, 212, 9,   65, 118, 171,
                                                            105, 158, 211, 113, 166, 219, 33,  86,  139, 41, 94,  147,
                                                            65,  118, 171, 175, 228, 25,  163, 216, 13,  17, 70,  123}},
                    Golden{Interpolation::nearest,
                           {9, 3},
                           {37,  90,  143, 185, 238, 35,  77,  130, 183, 145, 198, 251, 105, 158, 211, 65,  118, 171, 145, 198, 251,
                            105, 158, 211, 65,  118, 171, 253, 50,  103, 25,  78,  131, 53,  106, 159, 105, 158, 211, 201, 254, 51,
                            41,  94,  147, 213, 10,  63,  121, 174, 227, 29,  82,  135, 65,  118, 171, 41,  94,  147, 17,  70,  123,
                            65,  118, 171, 41,  94,  147, 17,  70,  123, 173, 226, 23,  217, 14,  67,  5,   58,  111}},
                    Golden{Interpolation::bilinear, {3, 4}, {119, 140, 152, 139, 138, 153, 128, 111, 97,  88,  117, 165,
                                                             131, 136, 130, 115, 140, 130, 127, 129, 124, 110, 122, 151,
                                                             125, 157, 104, 119, 152, 105, 131, 124, 112, 90,  135, 149}},
                    Golden{Interpolation::bilinear,
                           {9, 3},
                           {61,  114, 167, 141, 144, 129, 75,  106, 159, 126, 150, 159, 138, 133, 121, 88,  105, 144, 163, 149, 143,
                            128, 119, 123, 114, 113, 135, 152, 131, 130, 119, 120, 131, 133, 120, 139, 97,  150, 137, 120, 160, 132,
                            115, 102, 155, 121, 117, 121, 121, 132, 133, 114, 135, 137, 130, 150, 106, 111, 142, 106, 101, 144, 119,
                            124, 177, 99,  120, 140, 100, 97,  135, 130, 111, 164, 100, 155, 108, 129, 111, 120, 173}},
                    Golden{Interpolation::area, {3, 4}, {91,  144, 155, 142, 153, 163, 150, 75,  64,  71,  124, 177,
                                                         134, 129, 126, 113, 137, 134, 120, 130, 141, 126, 122, 147,
                                                         119, 172, 97,  127, 137, 105, 133, 122, 111, 96,  149, 160}},
                    Golden{Interpolation::area,
                           {9, 3},
                           {56,  109, 162, 185, 153, 120, 59,  112, 165, 172, 161, 150, 105, 158, 126, 102, 91,  144, 172, 161, 150,
                            105, 158, 126, 102, 91,  144, 161, 150, 139, 110, 78,  131, 146, 135, 124, 85,  138, 127, 116, 169, 136,
                            125, 114, 167, 138, 127, 116, 121, 89,  142, 105, 158, 147, 126, 179, 104, 126, 179, 62,  84,  137, 126,
                            126, 179, 104, 126, 179, 62,  84,  137, 126, 115, 168, 93,  132, 99,  152, 128, 117, 170}}));

TEST(Resize, NearestAddsTheStepUpAsPillowDoes) {
  std::vector<int> at;
  nearest_positions(6, 97, at);
  EXPECT_EQ(at[48], 2) << "the middle lies exactly between two pixels; the sum of 48 rounded steps falls short of it";
  nearest_positions(4, 2, at);
  EXPECT_EQ(at, (std::vector{1, 3}));
}

test::Picture resized_by_opencv(const test::Picture& in, int flag, ImageSize size) {
  test::Picture copy = in, out(size);
  const cv::Mat from(in.size.height, in.size.width, CV_8UC3, copy.pixels.data());
  cv::Mat to(size.height, size.width, CV_8UC3, out.pixels.data());
  cv::resize(from, to, to.size(), 0, 0, flag);
  return out;
}

TEST(Resize, CubicIsOpenCvsToTheBit) {
  for (const ImageSize size : {ImageSize{3, 4}, ImageSize{20, 31}, ImageSize{7, 5}, ImageSize{64, 64}, ImageSize{1, 1}})
    EXPECT_EQ(resized(formula_picture(), Interpolation::cubic, size), resized_by_opencv(formula_picture(), cv::INTER_CUBIC, size));
  const test::Picture large = test::blotches({300, 400}, 3);
  EXPECT_EQ(resized(large, Interpolation::cubic, {64, 64}), resized_by_opencv(large, cv::INTER_CUBIC, {64, 64}));
}

int largest_difference(const test::Picture& a, const test::Picture& b) {
  int most = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) most = std::max(most, std::abs(a.pixels[i] - b.pixels[i]));
  return most;
}

// Why the other three are not cv::resize: each differs from Pillow, which Keras reads with.
TEST(Resize, OpenCvsNearestAreaAndLinearAreNotPillows) {
  const test::Picture large = test::blotches({300, 400}, 3);
  // 16 to 4: the middle of an output pixel lies between two pixels, and Pillow takes the right one, OpenCV the left one.
  std::vector<int> at;
  nearest_positions(16, 4, at);
  EXPECT_EQ(at, (std::vector{2, 6, 10, 14}));
  test::Picture line(ImageSize{1, 16});
  for (std::size_t i = 0; i < line.pixels.size(); ++i) line.pixels[i] = static_cast<std::uint8_t>(i / 3);
  const test::Picture picked = resized_by_opencv(line, cv::INTER_NEAREST_EXACT, {1, 4});
  EXPECT_EQ((std::vector{picked.pixels[0], picked.pixels[3], picked.pixels[6], picked.pixels[9]}),
            (std::vector<std::uint8_t>{1, 5, 9, 13}));
  // 300 to 64: Pillow's box takes a pixel whole or not at all, INTER_AREA a part of it.
  EXPECT_GT(largest_difference(resized(large, Interpolation::area, {64, 64}), resized_by_opencv(large, cv::INTER_AREA, {64, 64})),
            4);
  // Pillow's triangle widens with the scale; OpenCV looks at four pixels however many there are.
  EXPECT_GT(largest_difference(resized(large, Interpolation::bilinear, {64, 64}),
                               resized_by_opencv(large, cv::INTER_LINEAR_EXACT, {64, 64})),
            4);
}

TEST(Resize, SameSizeIsACopyWhateverTheInterpolation) {
  const test::Picture in = formula_picture();
  for (const auto& [interpolation, name] : EnumNames<Interpolation>::values)
    EXPECT_EQ(resized(in, interpolation, in.size), in) << name;
}

TEST(Resize, OnePixelFillsTheOutput) {
  test::Picture in(ImageSize{1, 1});
  in.pixels = {9, 8, 7};
  for (const auto& [interpolation, name] : EnumNames<Interpolation>::values)
    EXPECT_EQ(resized(in, interpolation, {1, 2}).pixels, (std::vector<std::uint8_t>{9, 8, 7, 9, 8, 7})) << name;
}

}  // namespace
}  // namespace cnnbench
