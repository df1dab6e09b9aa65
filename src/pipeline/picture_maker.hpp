// What a worker does with one picture of a batch: its draw, its pixels, and the time that each took. Internal to the loader.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "cnnbench/pipeline/cache.hpp"
#include "cnnbench/pipeline/loader.hpp"
#include "slots.hpp"

namespace cnnbench {

// Written by one worker, read at any time; one cache line each.
struct alignas(64) WorkerCounters {
  std::atomic<std::uint64_t> pictures{0}, read_nanoseconds{0}, decode_nanoseconds{0}, augment_nanoseconds{0};
  void add_to(LoaderStats&) const;
};

class PictureMaker {
 public:
  // Of the options: seed, augment, delivery (up to the pass `first_whole_pass`), delivery_later, trace. They outlive this.
  PictureMaker(std::shared_ptr<PictureCache>, const AugmentConfig&, const LoaderOptions&, std::uint64_t first_whole_pass);

  const Dataset& dataset() const { return dataset_; }
  const ImageSize& size() const { return size_; }  // of the pixels in a batch
  Delivery delivery_in(std::uint64_t pass) const { return pass <= first_whole_pass_ ? options_.delivery : options_.delivery_later; }

  // The slot's picture at `position`: draw and pixels. Called by all workers at once. `worker`, from 0: whose lane of the trace it
  // is.
  void make(Slot&, std::size_t position, PictureScratch&, WorkerCounters&, std::size_t worker) const;

 private:
  void make_pixels(std::uint32_t index, const Draw&, Delivery, PictureScratch&, ImageSpan out) const;
  void trace(std::size_t worker, std::uint64_t batch, const PictureScratch&, std::int64_t begin,
             std::uint64_t augment_nanoseconds) const;

  const std::shared_ptr<PictureCache> cache_;
  const Dataset& dataset_;
  const AugmentConfig augment_;
  const LoaderOptions& options_;
  const ImageSize size_;
  const Draw no_draw_;
  const std::uint64_t first_whole_pass_;
};

}  // namespace cnnbench
