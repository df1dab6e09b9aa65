// The feeder with its three ways of bringing pictures, where the device is the CPU.
#include "step/feeder.hpp"

#include <gtest/gtest.h>

#include "cnnbench/pipeline/placement.hpp"
#include "support/pictures.hpp"
#include "support/tensor.hpp"

namespace cnnbench {
namespace {

Dataset blotchy(std::size_t count, ImageSize size) {
  Dataset d;
  d.class_names = {"a", "b"};
  d.size = size;
  for (std::size_t i = 0; i < count; ++i) {
    d.labels.push_back(static_cast<std::int64_t>(i % 2));
    d.names.push_back(std::to_string(i));
  }
  d.fetch = [](std::size_t, Bytes& out) { out.clear(); };
  d.decode = [](std::size_t i, std::span<const std::uint8_t>, ImageSpan out) {
    const test::Picture p = test::blotches(out.size, i);
    std::copy(p.pixels.begin(), p.pixels.end(), out.pixels);
  };
  return d;
}

struct Fed {
  std::vector<at::Tensor> inputs, labels;
};

// What the network gets in two passes of 10 pictures in batches of 4 (4, 4, 2).
Fed feed(const Dataset& pictures, const AugmentConfig& augment, const InputPlan& plan) {
  LoaderOptions options{.workers = 2,
                        .batch_size = 4,
                        .last_batch = 6,
                        .cache = plan.host_cache(),
                        .delivery = plan.delivery(),
                        .delivery_later = plan.delivery_later()};
  Input input{.preprocess = preprocess_of(augment)};
  if (plan.augment_on_device) input.warp.emplace(augment, pictures.size, at::kCPU);
  if (plan.cache == CacheMode::device)
    input.store = at::empty({static_cast<std::int64_t>(pictures.count()), pictures.size.height, pictures.size.width, 3}, at::kByte);
  Loader loader(pictures, augment, options);
  Feeder feeder(loader, at::kCPU, {.draws = true, .store = input.store});
  Fed fed;
  while (const std::optional<DeviceBatch> batch = feeder.next()) {
    EXPECT_EQ(batch->pixels.defined(), plan.cache != CacheMode::device);
    fed.inputs.push_back(input(*batch).clone());
    fed.labels.push_back(batch->labels.clone());
    feeder.done();
  }
  return fed;
}

TEST(Feeder, EveryCacheAndPlaceOfAugmentationFeedsTheSamePictures) {
  const Dataset pictures = blotchy(10, {24, 24});
  AugmentConfig augment{.shear_degrees = 11.5, .zoom = 0.2, .horizontal_flip = true, .crop = 20, .brightness_delta = 20};
  augment.contrast = Range{0.5, 1.5};
  augment.standardize = true;
  const Fed reference = feed(pictures, augment, {.cache = CacheMode::none});
  ASSERT_EQ(reference.inputs.size(), 6U);
  EXPECT_EQ(reference.inputs[2].sizes(), (std::vector<std::int64_t>{2, 3, 20, 20}));
  EXPECT_FALSE(at::equal(reference.inputs[0], reference.inputs[3]));
  for (const CacheMode cache : {CacheMode::encoded, CacheMode::decoded}) {
    const Fed fed = feed(pictures, augment, {.cache = cache});
    for (std::size_t i = 0; i < 6; ++i) EXPECT_TRUE(at::equal(fed.inputs[i], reference.inputs[i])) << name_of(cache) << i;
  }
  for (const CacheMode cache : {CacheMode::none, CacheMode::decoded, CacheMode::device}) {
    const Fed fed = feed(pictures, augment, {.cache = cache, .augment_on_device = true});
    ASSERT_EQ(fed.inputs.size(), 6U);
    for (std::size_t i = 0; i < 6; ++i) {
      EXPECT_TRUE(at::equal(fed.labels[i], reference.labels[i])) << name_of(cache) << i;
      // Standardized: one grey level of a picture with a deviation of some 40.
      EXPECT_LT((fed.inputs[i] - reference.inputs[i]).abs().max().item<double>(), 0.1) << name_of(cache) << i;
    }
  }
}

}  // namespace
}  // namespace cnnbench
