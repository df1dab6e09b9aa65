// How the work is shared: batches are opened in order by the consumer (a slot, its picture numbers), at most max_queue_size
// of them, and cut into chunks of a few pictures. Workers take the next chunk of any open batch with one atomic step; whoever
// finishes a batch's last chunk wakes the consumer. Locks are taken once per batch, and to sleep.
#include "cnnbench/pipeline/loader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <system_error>
#include <thread>

#include "batch_order.hpp"
#include "cnnbench/core/affinity.hpp"
#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/threads.hpp"
#include "picture_maker.hpp"
#include "slots.hpp"

namespace cnnbench {
namespace {

// The first pass that begins at its beginning.
std::uint64_t whole_passes_from(std::uint64_t first_batch, std::uint64_t per_pass) {
  return per_pass == 0 ? 0 : (first_batch + per_pass - 1) / per_pass;
}

// Small enough that all workers help with one batch, large enough that taking a chunk costs nothing next to making it.
std::size_t chunk_size(const LoaderOptions& options, std::size_t pictures, CacheMode cache) {
  const bool decodes = cache != CacheMode::decoded && options.delivery_later != Delivery::only_draws;
  if (decodes) return 1;  // decoding a picture is work enough
  const int share = static_cast<int>(pictures) / (2 * options.workers);
  return static_cast<std::size_t>(std::clamp(share, 4, 16));
}

}  // namespace

struct Loader::Impl {
  Impl(std::shared_ptr<PictureCache>, const AugmentConfig&, LoaderOptions, SlotAllocator);
  ~Impl();

  std::optional<Batch> next();
  bool ready() const;
  LoaderStats stats();
  std::uint64_t batches_per_pass() const { return order_.batches_per_pass(); }

 private:
  void open_batch();
  void stop();
  void work(std::size_t worker);
  std::optional<std::uint64_t> take_chunk();
  void make_chunk(Slot&, std::size_t begin, std::size_t end, PictureScratch&, std::size_t worker);

  const LoaderOptions options_;
  BatchOrder order_;         // the consumer's
  const std::uint64_t end_;  // the first batch that there is not
  const PictureMaker maker_;
  const std::size_t chunk_, chunks_per_batch_;
  const std::shared_ptr<SlotPool> slots_;

  // The consumer's.
  std::uint64_t next_ = 0;
  std::exception_ptr error_;
  std::atomic<std::uint64_t> batches_{0}, wait_nanoseconds_{0};

  // Chunks are counted from first_batch on. opened_ counts chunks too: those below it may be taken.
  std::vector<Slot*> open_;  // batch number modulo max_queue_size
  std::atomic<std::uint64_t> opened_{0};
  alignas(64) std::atomic<std::uint64_t> taken_{0};

  std::mutex mutex_;
  std::condition_variable work_there_, batch_done_;
  std::atomic<bool> stop_{false};
  std::vector<WorkerCounters> counters_;
  std::vector<std::jthread> workers_;  // last: joined first
};

Loader::Impl::Impl(std::shared_ptr<PictureCache> cache, const AugmentConfig& augment, LoaderOptions options, SlotAllocator allocate)
    : options_([&options] {
        options.workers = std::max(options.workers, 1);
        options.batch_size = std::max(options.batch_size, 1);
        options.max_queue_size = std::max(options.max_queue_size, 1);
        options.ranks = std::max(options.ranks, 1);
        return options;
      }()),
      order_(cache->dataset(), options_),
      end_(options_.last_batch.value_or(std::numeric_limits<std::uint64_t>::max())),
      maker_(cache, augment, options_, whole_passes_from(options_.first_batch, order_.batches_per_pass())),
      chunk_(chunk_size(options_, order_.most_pictures(), cache->mode())),
      chunks_per_batch_((order_.most_pictures() + chunk_ - 1) / chunk_),
      slots_(std::make_shared<SlotPool>(std::move(allocate), std::min(order_.most_pictures(), maker_.dataset().count()),
                                        maker_.size().bytes())),
      next_(options_.first_batch),
      open_(static_cast<std::size_t>(options_.max_queue_size)),
      counters_(static_cast<std::size_t>(options_.workers)) {
  if (maker_.dataset().count() == 0)
    throw Error(ExitCode::failed, "there are no pictures to load", "check data.path, data.validation_split and the limits");
  const std::uint64_t ahead = std::min<std::uint64_t>(open_.size(), end_ > next_ ? end_ - next_ : 0);
  for (std::uint64_t i = 0; i < ahead; ++i) open_batch();
  try {
    for (std::size_t i = 0; i < counters_.size(); ++i) workers_.emplace_back([this, i] { work(i); });
  } catch (const std::system_error& e) {
    stop();  // the threads that did start; their destructors wait for them
    throw Error(
        ExitCode::failed,
        fmt::format("thread {} of {} of the loader could not be started: {}", workers_.size() + 1, options_.workers, e.what()),
        fmt::format("set loader.workers to fewer, or {}", more_threads));
  }
}

void Loader::Impl::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  work_there_.notify_all();
}

Loader::Impl::~Impl() { stop(); }

// Gives the next unopened batch a slot and its picture numbers, and lets the workers at it.
void Loader::Impl::open_batch() {
  const std::uint64_t opened = opened_.load(std::memory_order_relaxed), number = options_.first_batch + opened / chunks_per_batch_;
  Slot& slot = slots_->take();
  order_.fill(number, slot);
  slot.error = nullptr;
  slot.chunks_left.store(chunks_per_batch_, std::memory_order_relaxed);
  open_[number % open_.size()] = &slot;
  {
    const std::lock_guard lock(mutex_);
    opened_.store(opened + chunks_per_batch_, std::memory_order_release);
  }
  if (chunks_per_batch_ == 1) {
    work_there_.notify_one();
  } else {
    work_there_.notify_all();
  }
}

// A chunk's number, or nothing when the loader goes away.
std::optional<std::uint64_t> Loader::Impl::take_chunk() {
  for (;;) {
    std::uint64_t chunk = taken_.load(std::memory_order_relaxed);
    while (chunk < opened_.load(std::memory_order_acquire)) {
      if (stop_.load(std::memory_order_relaxed)) return std::nullopt;
      if (taken_.compare_exchange_weak(chunk, chunk + 1, std::memory_order_relaxed)) return chunk;
    }
    std::unique_lock lock(mutex_);
    work_there_.wait(lock,
                     [this] { return stop_ || taken_.load(std::memory_order_relaxed) < opened_.load(std::memory_order_relaxed); });
    if (stop_) return std::nullopt;
  }
}

void Loader::Impl::work(std::size_t worker) {
  stay_on(options_.cpus);
  PictureScratch scratch;
  while (const std::optional<std::uint64_t> chunk = take_chunk()) {
    Slot& slot = *open_[(options_.first_batch + *chunk / chunks_per_batch_) % open_.size()];
    const std::size_t begin = static_cast<std::size_t>(*chunk % chunks_per_batch_) * chunk_;
    make_chunk(slot, begin, std::min(begin + chunk_, slot.count), scratch, worker);
    if (slot.chunks_left.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      { const std::lock_guard lock(mutex_); }  // the consumer is asleep or has not looked yet
      batch_done_.notify_one();
    }
  }
}

void Loader::Impl::make_chunk(Slot& slot, std::size_t begin, std::size_t end, PictureScratch& scratch, std::size_t worker) {
  for (std::size_t position = begin; position < end && !stop_.load(std::memory_order_relaxed); ++position) {
    try {
      maker_.make(slot, position, scratch, counters_[worker], worker);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (slot.error == nullptr || position < slot.error_position) {
        slot.error = std::current_exception();
        slot.error_position = position;
      }
      return;
    }
  }
}

bool Loader::Impl::ready() const {
  if (error_ || next_ >= end_) return true;
  return open_[next_ % open_.size()]->chunks_left.load(std::memory_order_acquire) == 0;
}

std::optional<Batch> Loader::Impl::next() {
  if (error_) std::rethrow_exception(error_);
  if (next_ >= end_) return std::nullopt;
  Slot& slot = *open_[next_ % open_.size()];
  if (slot.chunks_left.load(std::memory_order_acquire) != 0) {
    const double start = seconds_now();
    std::unique_lock lock(mutex_);
    batch_done_.wait(lock, [&slot] { return slot.chunks_left.load(std::memory_order_acquire) == 0; });
    wait_nanoseconds_.fetch_add(nanoseconds_since(start), std::memory_order_relaxed);
  }
  if (slot.error) {  // its slot stays open: no further batch is wanted
    error_ = slot.error;
    std::rethrow_exception(error_);
  }
  ++next_;
  Batch batch{slot.pass,
              slot.number,
              {slot.pixels.get(), maker_.delivery_in(slot.pass) == Delivery::only_draws ? 0 : slot.count * maker_.size().bytes()},
              {slot.labels.data(), slot.count},
              {slot.indices.data(), slot.count},
              {slot.draws.data(), slot.count},
              maker_.size(),
              slot.counted,
              slot.of_step,
              slots_->lease(slot)};
  if (next_ - 1 + open_.size() < end_) open_batch();
  batches_.fetch_add(1, std::memory_order_relaxed);
  return batch;
}

LoaderStats Loader::Impl::stats() {
  LoaderStats s;
  s.batches = batches_.load(std::memory_order_relaxed);
  s.wait_seconds = static_cast<double>(wait_nanoseconds_.load(std::memory_order_relaxed)) * 1e-9;
  for (std::jthread& worker : workers_) s.cpu_seconds += cpu_seconds_of(worker);
  for (const WorkerCounters& c : counters_) c.add_to(s);
  return s;
}

Loader::Loader(const Dataset& dataset, const AugmentConfig& augment, LoaderOptions options, SlotAllocator allocate)
    : Loader(std::make_shared<PictureCache>(dataset, options.cache), augment, options, std::move(allocate)) {}
Loader::Loader(std::shared_ptr<PictureCache> cache, const AugmentConfig& augment, LoaderOptions options, SlotAllocator allocate)
    : impl_(std::make_unique<Impl>(std::move(cache), augment, std::move(options), std::move(allocate))) {}
Loader::~Loader() = default;
Loader::Loader(Loader&&) noexcept = default;
Loader& Loader::operator=(Loader&&) noexcept = default;

bool Loader::ready() const { return impl_->ready(); }
std::optional<Batch> Loader::next() { return impl_->next(); }
LoaderStats Loader::stats() const { return impl_->stats(); }
std::uint64_t Loader::batches_per_pass() const { return impl_->batches_per_pass(); }

}  // namespace cnnbench
