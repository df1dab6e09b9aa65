#include "picture_maker.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/trace.hpp"
#include "cnnbench/pipeline/augment.hpp"

namespace cnnbench {
namespace {

// Only the worker itself writes.
void add(std::atomic<std::uint64_t>& counter, std::uint64_t value) {
  counter.store(counter.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

}  // namespace

void WorkerCounters::add_to(LoaderStats& s) const {
  s.pictures += pictures.load(std::memory_order_relaxed);
  s.read_seconds += static_cast<double>(read_nanoseconds.load(std::memory_order_relaxed)) * 1e-9;
  s.decode_seconds += static_cast<double>(decode_nanoseconds.load(std::memory_order_relaxed)) * 1e-9;
  s.augment_seconds += static_cast<double>(augment_nanoseconds.load(std::memory_order_relaxed)) * 1e-9;
}

PictureMaker::PictureMaker(std::shared_ptr<PictureCache> cache, const AugmentConfig& augment, const LoaderOptions& options,
                           std::uint64_t first_whole_pass)
    : cache_(std::move(cache)),
      dataset_(cache_->dataset()),
      augment_(augment),
      options_(options),
      size_(options.delivery == Delivery::warped ? augmented_size(augment, dataset_.size) : dataset_.size),
      no_draw_(no_draw(augment, dataset_.size)),
      first_whole_pass_(first_whole_pass) {}

void PictureMaker::make(Slot& slot, std::size_t position, PictureScratch& scratch, WorkerCounters& counters,
                        std::size_t worker) const {
  const bool traced = options_.trace && options_.trace->recording();
  const std::int64_t traced_from = traced ? Trace::now() : 0;
  const double start = seconds_now();
  const std::uint32_t index = slot.indices[position];
  Draw& picked = slot.draws[position];
  picked = options_.augment ? draw(augment_, dataset_.size, {options_.seed, slot.pass, index}) : no_draw_;
  scratch.read_nanoseconds = scratch.decode_nanoseconds = 0;
  if (const Delivery delivery = delivery_in(slot.pass); delivery != Delivery::only_draws)
    make_pixels(index, picked, delivery, scratch, {slot.pixels.get() + position * size_.bytes(), size_});
  const std::uint64_t all = nanoseconds_since(start), elsewhere = scratch.read_nanoseconds + scratch.decode_nanoseconds;
  add(counters.pictures, 1);
  if (elsewhere != 0) {
    add(counters.read_nanoseconds, scratch.read_nanoseconds);
    add(counters.decode_nanoseconds, scratch.decode_nanoseconds);
  }
  const std::uint64_t augment = all - std::min(all, elsewhere);
  add(counters.augment_nanoseconds, augment);
  if (traced) trace(worker, slot.number, scratch, traced_from, augment);
}

// Augmented or as they are.
void PictureMaker::make_pixels(std::uint32_t index, const Draw& picked, Delivery delivery, PictureScratch& scratch,
                               ImageSpan out) const {
  if (delivery == Delivery::decoded)
    cache_->get_into(index, scratch, out);
  else
    augment_picture(*cache_, augment_, index, picked, scratch, out);
}

// The stages follow each other, so their lengths say where they begin.
void PictureMaker::trace(std::size_t worker, std::uint64_t batch, const PictureScratch& scratch, std::int64_t begin,
                         std::uint64_t augment_nanoseconds) const {
  const std::string lane = fmt::format("worker {}", worker + 1);
  const auto stage = [&](const char* name, std::uint64_t nanoseconds) {
    const std::int64_t end = begin + static_cast<std::int64_t>(nanoseconds);
    if (nanoseconds != 0) options_.trace->add(lane, name, begin, end, batch);
    begin = end;
  };
  stage("read", scratch.read_nanoseconds);
  stage("decode", scratch.decode_nanoseconds);
  stage("augment", augment_nanoseconds);
}

}  // namespace cnnbench
