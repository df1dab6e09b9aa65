// What was drawn for one picture, in words: a line for each augmentation that the config uses, in the order of the draw.
#pragma once

#include <string>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/pipeline/draw.hpp"

namespace cnnbench {

// {"rotate +12.3 deg", "shift +3.1 -2.0 px", "shear -5.2 deg", "zoom 0.92 1.10", "flip left-right"}: x before y; shift and
// zoom as Keras draws them, from the output to the input (a zoom below 1 magnifies). Empty where nothing is augmented.
std::vector<std::string> draw_caption(const AugmentConfig&, const Draw&);

// The pixels as the network sees them where brightness_delta or contrast are used, which follow in float on the device:
// rounded and cut to 0..255, as a screen needs it. Any other draw leaves them as they are.
std::vector<std::uint8_t> with_jitter(std::vector<std::uint8_t> pixels, const Draw&);

}  // namespace cnnbench
