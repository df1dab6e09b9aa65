#include "cnnbench/pipeline/preview.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/sha256.hpp"
#include "cnnbench/pipeline/augment.hpp"
#include "cnnbench/pipeline/loader.hpp"

namespace cnnbench {
namespace {

std::string digest(const std::vector<std::uint8_t>& pixels) {
  return sha256({reinterpret_cast<const char*>(pixels.data()), pixels.size()});
}

// The preview's pictures alone, so that a cache of them is small and each is decoded once for all its versions.
Dataset only(const Preview& preview, const Dataset& all) {
  Dataset few;
  few.size = all.size;
  std::vector<std::size_t> indices;
  for (const PreviewPicture& picture : preview.pictures) {
    indices.push_back(picture.index);
    few.names.push_back(picture.name);
    few.labels.push_back(all.labels[picture.index]);
  }
  few.fetch = [&all, indices](std::size_t i, Bytes& out) { all.fetch(indices[i], out); };
  few.decode = [&all, indices](std::size_t i, std::span<const std::uint8_t> stored, ImageSpan out) {
    all.decode(indices[i], stored, out);
  };
  return few;
}

}  // namespace

Preview plan_preview(const Experiment& e, const Dataset& train, const PreviewOptions& options) {
  Preview preview{.name = e.name,
                  .seed = options.seed,
                  .augment = e.augment,
                  .input = train.size,
                  .output = augmented_size(e.augment, train.size)};
  const std::vector<std::uint32_t> order = picture_order(train.count(), e.loader.shuffle, options.seed, 0);
  const std::size_t count = std::min(order.size(), static_cast<std::size_t>(options.count));
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t index = order[i];
    PreviewPicture picture{
        .index = index, .name = train.names[index], .class_name = train.class_names[static_cast<std::size_t>(train.labels[index])]};
    for (std::uint64_t pass = 0; pass < static_cast<std::uint64_t>(options.versions); ++pass)
      picture.versions.push_back({.pass = pass, .draw = draw(e.augment, train.size, {options.seed, pass, index})});
    preview.pictures.push_back(std::move(picture));
  }
  return preview;
}

void locate(Preview& preview, const Dataset& train) {
  if (preview.input != train.size)
    throw Error(ExitCode::usage,
                fmt::format("the draws are for pictures of {}x{}, these have {}x{}", preview.input.width, preview.input.height,
                            train.size.width, train.size.height),
                "use the data set that the draws were made for");
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < train.count(); ++i) places.emplace(train.names[i], i);
  for (PreviewPicture& picture : preview.pictures) {
    const auto place = places.find(picture.name);
    // A name that is no UTF-8 came through JSON with U+FFFD in it: its index must do, and `sha256` tells.
    if (place == places.end() && picture.index < train.count() && picture.name.find("\xef\xbf\xbd") != std::string::npos) continue;
    if (place == places.end())
      throw Error(ExitCode::usage, fmt::format("{} is not in this data set", picture.name),
                  "use the data set that the draws were made for");
    // A name may stand for several (two CIFAR-10 files of one name): then the index decides.
    if (picture.index >= train.count() || train.names[picture.index] != picture.name) picture.index = place->second;
  }
}

std::vector<std::string> fill(Preview& preview, const Dataset& train) {
  const Dataset pictures = only(preview, train);
  PictureCache cache(pictures, CacheMode::decoded);
  PictureScratch scratch;
  std::vector<std::string> changed;
  for (std::size_t i = 0; i < preview.pictures.size(); ++i) {
    PreviewPicture& picture = preview.pictures[i];
    picture.original.resize(preview.input.bytes());
    cache.get_into(i, scratch, {picture.original.data(), preview.input});
    std::string now = digest(picture.original);
    if (!picture.sha256.empty() && picture.sha256 != now) changed.push_back(picture.name);
    picture.sha256 = std::move(now);
    for (PreviewVersion& version : picture.versions) {
      version.pixels.resize(preview.output.bytes());
      augment_picture(cache, preview.augment, i, version.draw, scratch, {version.pixels.data(), preview.output});
    }
  }
  return changed;
}

}  // namespace cnnbench
