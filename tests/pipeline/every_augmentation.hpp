// Every augmentation at once.
#pragma once

#include "cnnbench/config/experiment.hpp"

namespace cnnbench {

inline AugmentConfig every_augmentation() {
  AugmentConfig c;
  c.rotation_degrees = 40;
  c.width_shift = 0.25;
  c.height_shift = 3;
  c.shear_degrees = 11.5;
  c.zoom = 0.2;
  c.horizontal_flip = c.vertical_flip = true;
  c.channel_shift = 20;
  c.brightness = Range{0.5, 1.5};
  c.crop = 24;
  c.brightness_delta = 63;
  c.contrast = Range{0.2, 1.8};
  return c;
}

}  // namespace cnnbench
