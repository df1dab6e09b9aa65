// The random part of augmentation, as plain data: what to do with one picture. The CPU's warp and the device's use the
// same Draw. Semantics: Keras' ImageDataGenerator; order and matrices in docs (draw order: rotation, height shift, width
// shift, shear, zoom x, zoom y, horizontal flip, vertical flip, channel shift, brightness; then the CIFAR tutorial's crop,
// brightness delta, contrast).
#pragma once

#include <cstdint>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/core/image.hpp"

namespace cnnbench {

// Randomness is keyed by picture, never by thread.
struct Key {
  std::uint64_t seed = 0, epoch = 0, index = 0;
};

struct Draw {
  // Inverse map, output (x, y) -> input (x, y), flips and the crop's offset folded in:
  // in_x = affine[0]*x + affine[1]*y + affine[2]; in_y = affine[3]*x + affine[4]*y + affine[5]. Pixel centres are integers.
  float affine[6] = {1, 0, 0, 0, 1, 0};
  bool identity = true;        // affine is exactly the identity and both sizes agree: a copy suffices
  float channel_shift = 0;     // added to all channels, clipped to the picture's own range; CPU
  float brightness = 1;        // Keras' factor; CPU
  float brightness_delta = 0;  // added to the float pixels (0..255); where rescaling happens, see train/preprocess
  float contrast = 1;          // about each channel's mean, after brightness_delta; likewise
  // The parameters behind the matrix, for captions and replay; no effect by themselves (see with_matrix).
  float rotation_degrees = 0, shift_x = 0, shift_y = 0, shear_degrees = 0, zoom_x = 1, zoom_y = 1;  // shifts in pixels
  int crop_x = 0, crop_y = 0;
  bool flipped_x = false, flipped_y = false;
};

// Size of what the network gets: the crop, or the picture's own size.
ImageSize augmented_size(const AugmentConfig&, ImageSize input);

// Training: random. `input` is the decoded picture's size.
Draw draw(const AugmentConfig&, ImageSize input, Key);

// The same draw with `affine` and `identity` made from its parameters. The crop must lie within the picture.
Draw with_matrix(Draw, const AugmentConfig&, ImageSize input);

// Evaluation and prediction: nothing random, central crop.
Draw no_draw(const AugmentConfig&, ImageSize input);

}  // namespace cnnbench
