// What the tutorials do to their pictures: the work of benchmarks, and of tests that want the usual.
#pragma once

#include "cnnbench/config/experiment.hpp"

namespace cnnbench {

inline AugmentConfig shear_zoom_flip() {
  AugmentConfig c;
  c.shear_degrees = 11.5;
  c.zoom = 0.2;
  c.horizontal_flip = true;
  return c;
}

}  // namespace cnnbench
