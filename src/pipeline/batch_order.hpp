// Which pictures a batch is made of. Internal to the loader; one thread's.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cnnbench/pipeline/loader.hpp"
#include "slots.hpp"

namespace cnnbench {

class BatchOrder {
 public:
  // Of the options: batch_size, shuffle, seed, rank and ranks. Data set and options outlive this.
  BatchOrder(const Dataset&, const LoaderOptions&);

  // The last one of a pass may be short.
  std::uint64_t batches_per_pass() const { return batches_per_pass_; }
  std::size_t most_pictures() const;  // of this rank, in a batch

  // Writes pass, number, counts, picture numbers and labels of the batch `number`, counted over all passes. A rank that has none of
  // a short batch's pictures gets one that does not count (Batch::counted).
  void fill(std::uint64_t number, Slot&);

 private:
  const Dataset& dataset_;
  const LoaderOptions& options_;
  const std::size_t batch_size_;
  const std::uint64_t batches_per_pass_;
  std::vector<std::uint32_t> order_;
  std::optional<std::uint64_t> order_pass_;
};

}  // namespace cnnbench
