// One picture, augmented: what the loader's workers do for each of a batch, and what a preview does to show the same.
#pragma once

#include <cstddef>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/pipeline/cache.hpp"
#include "cnnbench/pipeline/draw.hpp"

namespace cnnbench {

// Picture `index` of the cache's data set with `draw` applied, to `out`, which has augmented_size(). brightness_delta and
// contrast are not applied: they follow in float on the device. Throws what the data set throws.
void augment_picture(PictureCache&, const AugmentConfig&, std::size_t index, const Draw&, PictureScratch&, ImageSpan out);

}  // namespace cnnbench
