// Some training pictures and what augmentation makes of them in the first epochs: bit for bit the loader's pixels for the same
// (seed, pass, picture). Planned first (which pictures, which draws), then filled with pixels, so that a plan can be written
// down and filled again later. Not here: drawing it, see draw/augment_sheet.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/data/dataset.hpp"
#include "cnnbench/pipeline/draw.hpp"

namespace cnnbench {

struct PreviewVersion {
  std::uint64_t pass = 0;  // the `epoch` of the draw's Key, 0-based
  Draw draw{};
  std::vector<std::uint8_t> pixels{};  // Preview::output; as the loader gives them: before brightness_delta and contrast
};

struct PreviewPicture {
  std::size_t index = 0;  // in the data set
  std::string name{}, class_name{};
  std::string sha256{};                  // of `original`
  std::vector<std::uint8_t> original{};  // Preview::input
  std::vector<PreviewVersion> versions{};
};

struct Preview {
  std::string name{};  // the experiment's
  std::uint64_t seed = 1;
  AugmentConfig augment{};
  ImageSize input{}, output{};  // of the originals and of the versions
  std::vector<PreviewPicture> pictures{};
};

struct PreviewOptions {
  int count = 6;     // pictures; fewer where the data set has fewer
  int versions = 6;  // of each: passes 0 to versions - 1
  std::uint64_t seed = 1;
};

// The first `count` pictures of the first pass in training order, with their draws; no pixels yet.
Preview plan_preview(const Experiment&, const Dataset& train, const PreviewOptions&);

// Finds each picture in the data set by its name (the index may have moved). Throws Error(usage) for one that is not there,
// and where the data set's pictures have another size.
void locate(Preview&, const Dataset& train);

// Reads and augments. Returns the names of pictures whose pixels are not those of the `sha256` that the plan brought along.
// Throws what the data set throws.
std::vector<std::string> fill(Preview&, const Dataset& train);

}  // namespace cnnbench
