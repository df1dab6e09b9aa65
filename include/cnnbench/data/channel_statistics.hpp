// Means and deviations of a data set's channels, for augment.channel_mean and channel_std: what Keras' ImageDataGenerator.fit()
// finds without augmentation.
#pragma once

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/data/dataset.hpp"

namespace cnnbench {

struct ChannelStatistics {
  PerChannel mean{}, std{};  // of values 0..255; the deviation divides by N, as numpy's
  std::size_t pictures = 0;
};

// Decodes every picture, on all cores. Throws what the data set throws. Exact sums: whatever the threads, the same digits.
ChannelStatistics channel_statistics(const Dataset&);

}  // namespace cnnbench
