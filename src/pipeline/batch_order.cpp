#include "batch_order.hpp"

#include <algorithm>

#include "cnnbench/core/launch.hpp"

namespace cnnbench {

BatchOrder::BatchOrder(const Dataset& dataset, const LoaderOptions& options)
    : dataset_(dataset),
      options_(options),
      batch_size_(static_cast<std::size_t>(options.batch_size)),
      batches_per_pass_((dataset.count() + batch_size_ - 1) / batch_size_) {}

std::size_t BatchOrder::most_pictures() const { return part_of(batch_size_, 0, options_.ranks).size(); }

void BatchOrder::fill(std::uint64_t number, Slot& slot) {
  const std::uint64_t pass = number / batches_per_pass_;
  if (order_pass_ != pass) {
    order_ = picture_order(dataset_.count(), options_.shuffle, options_.seed, pass);
    order_pass_ = pass;
  }
  const std::size_t first = static_cast<std::size_t>(number % batches_per_pass_) * batch_size_;
  slot.pass = pass;
  slot.number = number;
  slot.of_step = std::min(batch_size_, dataset_.count() - first);
  const Part mine = part_of(slot.of_step, options_.rank, options_.ranks);
  const std::size_t begin = first + (mine.size() == 0 ? 0 : mine.begin);
  slot.counted = mine.size();
  slot.count = std::max<std::size_t>(mine.size(), 1);
  for (std::size_t i = 0; i < slot.count; ++i) {
    slot.indices[i] = order_[begin + i];
    slot.labels[i] = dataset_.labels[slot.indices[i]];
  }
}

}  // namespace cnnbench
