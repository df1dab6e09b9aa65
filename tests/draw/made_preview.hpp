// A preview with pixels, of a data set made of nothing.
#pragma once

#include "cnnbench/pipeline/preview.hpp"
#include "pipeline/counted_pictures.hpp"

namespace cnnbench {

inline Preview made_preview(const AugmentConfig& augment, ImageSize size, PreviewOptions options = {}) {
  const CountedPictures pictures(30, size);
  Experiment e;
  e.name = "test";
  e.augment = augment;
  Preview preview = plan_preview(e, pictures.dataset, options);
  fill(preview, pictures.dataset);
  return preview;
}

}  // namespace cnnbench
