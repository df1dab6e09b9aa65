#include "cnnbench/data/channel_statistics.hpp"

#include <algorithm>
#include <cmath>

#include "parallel.hpp"

namespace cnnbench {

ChannelStatistics channel_statistics(const Dataset& dataset) {
  struct Sums {
    std::array<std::uint64_t, 3> values{}, squares{};
  };
  Sums all;
  std::mutex mutex;
  constexpr std::size_t chunk = 64;
  for_each_parallel((dataset.count() + chunk - 1) / chunk, [&](std::size_t part) {
    Sums sums;
    Bytes stored;
    std::vector<std::uint8_t> pixels(dataset.size.bytes());
    for (std::size_t i = part * chunk; i < std::min(dataset.count(), (part + 1) * chunk); ++i) {
      dataset.fetch(i, stored);
      dataset.decode(i, stored, {pixels.data(), dataset.size});
      for (std::size_t p = 0; p < pixels.size(); ++p) {
        sums.values[p % 3] += pixels[p];
        sums.squares[p % 3] += static_cast<std::uint64_t>(pixels[p]) * pixels[p];
      }
    }
    const std::scoped_lock lock(mutex);
    for (std::size_t c = 0; c < 3; ++c) {
      all.values[c] += sums.values[c];
      all.squares[c] += sums.squares[c];
    }
  });
  ChannelStatistics out{.pictures = dataset.count()};
  const double count = static_cast<double>(dataset.count()) * static_cast<double>(dataset.size.bytes() / 3);
  for (std::size_t c = 0; c < 3; ++c) {
    out.mean[c] = static_cast<double>(all.values[c]) / count;
    out.std[c] = std::sqrt(std::max(0.0, static_cast<double>(all.squares[c]) / count - out.mean[c] * out.mean[c]));
  }
  return out;
}

}  // namespace cnnbench
