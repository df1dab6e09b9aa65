#include <opencv2/core.hpp>

#include "cnnbench/data/drawn.hpp"
#include "cnnbench/data/encode_jpeg.hpp"
#include "paint.hpp"

namespace cnnbench {
namespace {

cv::Size any_size(RandomStream& random) {
  const double u = random.unit();
  if (u < 0.4) return {499, 375};
  if (u < 0.5) return {375, 499};
  if (u < 0.56) return {320, 240};
  return {static_cast<int>(random.uniform(300, 500)), static_cast<int>(random.uniform(260, 460))};
}

}  // namespace

std::vector<std::uint8_t> draw_animal(Animal animal, std::uint64_t seed, std::uint64_t set, std::uint64_t number) {
  RandomStream random{0x64726177ULL, seed, set, static_cast<std::uint64_t>(animal), number};
  const cv::Size size = any_size(random);
  paint::Painter painter(size, random);
  paint::paint_background(painter);
  if (animal == Animal::cat)
    paint::paint_cat(painter);
  else
    paint::paint_dog(painter);
  paint::photograph(painter);
  const int quality = static_cast<int>(random.uniform(80, 93));
  return encode_jpeg({painter.canvas().data, {size.height, size.width}}, {.quality = quality});
}

}  // namespace cnnbench
