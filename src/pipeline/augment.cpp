#include "cnnbench/pipeline/augment.hpp"

#include <algorithm>

#include "cnnbench/pipeline/warp.hpp"

namespace cnnbench {
namespace {

std::uint8_t to_byte(double value) { return static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, 255.0)); }

}  // namespace

void augment_picture(PictureCache& cache, const AugmentConfig& augment, std::size_t index, const Draw& picked,
                     PictureScratch& scratch, ImageSpan out) {
  if (picked.identity && picked.channel_shift == 0 && picked.brightness == 1)
    cache.get_into(index, scratch, out);
  else
    warp_of(augment.backend)(cache.get(index, scratch), picked, {augment.fill_mode, to_byte(augment.cval)}, out);
}

}  // namespace cnnbench
