// How the work is shared: batches are opened in order by the consumer (a slot, its picture numbers), at most max_queue_size
// of them, and cut into chunks of a few pictures. Workers take the next chunk of any open batch with one atomic step; whoever
// finishes a batch's last chunk wakes the consumer. Locks are taken once per batch, and to sleep.
#include "cnnbench/pipeline/loader.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <system_error>
#include <thread>

#include "cnnbench/core/affinity.hpp"
#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/launch.hpp"
#include "cnnbench/core/threads.hpp"
#include "cnnbench/pipeline/augment.hpp"
#include "slots.hpp"

namespace cnnbench {
namespace {

std::uint64_t nanoseconds_since(double start) { return static_cast<std::uint64_t>(1e9 * (seconds_now() - start)); }

void add(std::atomic<std::uint64_t>& counter, std::uint64_t value) {
  counter.store(counter.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

// What a thread has computed so far. Asked from outside: the thread itself pays nothing.
double cpu_seconds_of(std::jthread& thread) {
  clockid_t clock{};
  timespec time{};
  if (pthread_getcpuclockid(thread.native_handle(), &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// At most, of a batch.
std::size_t pictures_of_rank(const LoaderOptions& options) {
  return part_of(static_cast<std::size_t>(options.batch_size), 0, options.ranks).size();
}

// Small enough that all workers help with one batch, large enough that taking a chunk costs nothing next to making it.
std::size_t chunk_size(const LoaderOptions& options, CacheMode cache) {
  const bool decodes = cache != CacheMode::decoded && options.delivery_later != Delivery::only_draws;
  if (decodes) return 1;  // decoding a picture is work enough
  const int share = static_cast<int>(pictures_of_rank(options)) / (2 * options.workers);
  return static_cast<std::size_t>(std::clamp(share, 4, 16));
}

}  // namespace

struct Loader::Impl {
  // Written by one worker, read by stats() at any time; one cache line each.
  struct alignas(64) Counters {
    std::atomic<std::uint64_t> pictures{0}, read_nanoseconds{0}, decode_nanoseconds{0}, augment_nanoseconds{0};
  };

  Impl(std::shared_ptr<PictureCache>, const AugmentConfig&, LoaderOptions, SlotAllocator);
  ~Impl();

  std::optional<Batch> next();
  bool ready() const;
  LoaderStats stats();
  std::uint64_t batches_per_pass() const { return batches_per_pass_; }

 private:
  void open_batch();
  void stop();
  void work(Counters&);
  std::optional<std::uint64_t> take_chunk();
  void make_chunk(Slot&, std::size_t begin, std::size_t end, PictureScratch&, Counters&);
  void make_picture(Slot&, std::size_t position, PictureScratch&, Counters&);
  void make_pixels(std::uint32_t index, const Draw&, Delivery, PictureScratch&, ImageSpan out);
  void trace_picture(const Counters&, std::uint64_t batch, const PictureScratch&, std::int64_t begin,
                     std::uint64_t augment_nanoseconds);
  Delivery delivery_in(std::uint64_t pass) const { return pass <= first_whole_pass_ ? options_.delivery : options_.delivery_later; }

  const std::shared_ptr<PictureCache> cache_;
  const Dataset& dataset_;
  const AugmentConfig augment_;
  const LoaderOptions options_;
  const ImageSize size_;  // of the pixels in a batch
  const Draw no_draw_;
  const std::uint64_t batches_per_pass_, end_;  // end_: the first batch that there is not
  const std::uint64_t first_whole_pass_;
  const std::size_t chunk_, chunks_per_batch_;
  const std::shared_ptr<SlotPool> slots_;

  // The consumer's.
  std::uint64_t next_ = 0;
  std::vector<std::uint32_t> order_;
  std::optional<std::uint64_t> order_pass_;
  std::exception_ptr error_;
  std::atomic<std::uint64_t> batches_{0}, wait_nanoseconds_{0};

  // Chunks are counted from first_batch on. opened_ counts chunks too: those below it may be taken.
  std::vector<Slot*> open_;  // batch number modulo max_queue_size
  std::atomic<std::uint64_t> opened_{0};
  alignas(64) std::atomic<std::uint64_t> taken_{0};

  std::mutex mutex_;
  std::condition_variable work_there_, batch_done_;
  std::atomic<bool> stop_{false};
  std::vector<Counters> counters_;
  std::vector<std::jthread> workers_;  // last: joined first
};

Loader::Impl::Impl(std::shared_ptr<PictureCache> cache, const AugmentConfig& augment, LoaderOptions options, SlotAllocator allocate)
    : cache_(std::move(cache)),
      dataset_(cache_->dataset()),
      augment_(augment),
      options_([&options] {
        options.workers = std::max(options.workers, 1);
        options.batch_size = std::max(options.batch_size, 1);
        options.max_queue_size = std::max(options.max_queue_size, 1);
        options.ranks = std::max(options.ranks, 1);
        return options;
      }()),
      size_(options_.delivery == Delivery::warped ? augmented_size(augment, dataset_.size) : dataset_.size),
      no_draw_(no_draw(augment, dataset_.size)),
      batches_per_pass_((dataset_.count() + static_cast<std::size_t>(options_.batch_size) - 1) /
                        static_cast<std::size_t>(options_.batch_size)),
      end_(options_.last_batch.value_or(std::numeric_limits<std::uint64_t>::max())),
      first_whole_pass_(batches_per_pass_ == 0 ? 0 : (options_.first_batch + batches_per_pass_ - 1) / batches_per_pass_),
      chunk_(chunk_size(options_, cache_->mode())),
      chunks_per_batch_((pictures_of_rank(options_) + chunk_ - 1) / chunk_),
      slots_(
          std::make_shared<SlotPool>(std::move(allocate), std::min(pictures_of_rank(options_), dataset_.count()), size_.bytes())),
      next_(options_.first_batch),
      open_(static_cast<std::size_t>(options_.max_queue_size)),
      counters_(static_cast<std::size_t>(options_.workers)) {
  if (dataset_.count() == 0)
    throw Error(ExitCode::failed, "there are no pictures to load", "check data.path, data.validation_split and the limits");
  const std::uint64_t ahead = std::min<std::uint64_t>(open_.size(), end_ > next_ ? end_ - next_ : 0);
  for (std::uint64_t i = 0; i < ahead; ++i) open_batch();
  try {
    for (Counters& counters : counters_) workers_.emplace_back([this, &counters] { work(counters); });
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
  const std::uint64_t pass = number / batches_per_pass_;
  if (order_pass_ != pass) {
    order_ = picture_order(dataset_.count(), options_.shuffle, options_.seed, pass);
    order_pass_ = pass;
  }
  Slot& slot = slots_->take();
  const std::size_t first = static_cast<std::size_t>(number % batches_per_pass_) * static_cast<std::size_t>(options_.batch_size);
  slot.pass = pass;
  slot.number = number;
  slot.of_step = std::min(static_cast<std::size_t>(options_.batch_size), dataset_.count() - first);
  const Part mine = part_of(slot.of_step, options_.rank, options_.ranks);
  const std::size_t begin = first + (mine.size() == 0 ? 0 : mine.begin);
  slot.counted = mine.size();
  slot.count = std::max<std::size_t>(mine.size(), 1);
  slot.error = nullptr;
  for (std::size_t i = 0; i < slot.count; ++i) {
    slot.indices[i] = order_[begin + i];
    slot.labels[i] = dataset_.labels[slot.indices[i]];
  }
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

void Loader::Impl::work(Counters& counters) {
  stay_on(options_.cpus);
  PictureScratch scratch;
  while (const std::optional<std::uint64_t> chunk = take_chunk()) {
    Slot& slot = *open_[(options_.first_batch + *chunk / chunks_per_batch_) % open_.size()];
    const std::size_t begin = static_cast<std::size_t>(*chunk % chunks_per_batch_) * chunk_;
    make_chunk(slot, begin, std::min(begin + chunk_, slot.count), scratch, counters);
    if (slot.chunks_left.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      { const std::lock_guard lock(mutex_); }  // the consumer is asleep or has not looked yet
      batch_done_.notify_one();
    }
  }
}

void Loader::Impl::make_chunk(Slot& slot, std::size_t begin, std::size_t end, PictureScratch& scratch, Counters& counters) {
  for (std::size_t position = begin; position < end && !stop_.load(std::memory_order_relaxed); ++position) {
    try {
      make_picture(slot, position, scratch, counters);
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

// Writes the picture's pixels, augmented or as they are.
void Loader::Impl::make_pixels(std::uint32_t index, const Draw& picked, Delivery delivery, PictureScratch& scratch, ImageSpan out) {
  if (delivery == Delivery::decoded)
    cache_->get_into(index, scratch, out);
  else
    augment_picture(*cache_, augment_, index, picked, scratch, out);
}

// The stages follow each other, so their lengths say where they begin.
void Loader::Impl::trace_picture(const Counters& worker, std::uint64_t batch, const PictureScratch& scratch, std::int64_t begin,
                                 std::uint64_t augment_nanoseconds) {
  const std::string lane = fmt::format("worker {}", &worker - counters_.data() + 1);
  const auto stage = [&](const char* name, std::uint64_t nanoseconds) {
    const std::int64_t end = begin + static_cast<std::int64_t>(nanoseconds);
    if (nanoseconds != 0) options_.trace->add(lane, name, begin, end, batch);
    begin = end;
  };
  stage("read", scratch.read_nanoseconds);
  stage("decode", scratch.decode_nanoseconds);
  stage("augment", augment_nanoseconds);
}

void Loader::Impl::make_picture(Slot& slot, std::size_t position, PictureScratch& scratch, Counters& counters) {
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
  if (traced) trace_picture(counters, slot.number, scratch, traced_from, augment);
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
              {slot.pixels.get(), delivery_in(slot.pass) == Delivery::only_draws ? 0 : slot.count * size_.bytes()},
              {slot.labels.data(), slot.count},
              {slot.indices.data(), slot.count},
              {slot.draws.data(), slot.count},
              size_,
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
  for (const Counters& c : counters_) {
    s.pictures += c.pictures.load(std::memory_order_relaxed);
    s.read_seconds += static_cast<double>(c.read_nanoseconds.load(std::memory_order_relaxed)) * 1e-9;
    s.decode_seconds += static_cast<double>(c.decode_nanoseconds.load(std::memory_order_relaxed)) * 1e-9;
    s.augment_seconds += static_cast<double>(c.augment_nanoseconds.load(std::memory_order_relaxed)) * 1e-9;
  }
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
