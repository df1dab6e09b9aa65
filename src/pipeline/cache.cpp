// One atomic state per picture: a picture that is there is handed out without a lock; filling it is one thread's work, and
// others that want the same picture meanwhile wait for it.
#include "cnnbench/pipeline/cache.hpp"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/words_of.hpp"

namespace cnnbench {
namespace {

enum State : std::uint8_t { empty, filling, there };

// Of `count` pictures, in whole pages.
std::size_t states_bytes(std::size_t count) { return (count + 4095) / 4096 * 4096; }

// Runs a step of the data set; what is not an Error yet becomes one that names the picture.
template <typename Step>
void named(const Dataset& dataset, std::size_t index, const char* verb, const Step& step) {
  try {
    step();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& e) {
    throw Error(ExitCode::failed, fmt::format("{}: could not be {}: {}", dataset.names[index], verb, words_of(e)));
  }
}

}  // namespace

struct PictureCache::Shelf {
  Shelf(std::size_t count, std::shared_ptr<SharedMemory> with_others) : shared(std::move(with_others)) {
    static_assert(sizeof(std::atomic<std::uint8_t>) == 1 && std::atomic<std::uint8_t>::is_always_lock_free);
    if (!shared) own_states = std::make_unique<std::atomic<std::uint8_t>[]>(count);
    states = shared ? reinterpret_cast<std::atomic<std::uint8_t>*>(shared->data()) : own_states.get();
  }
  const std::shared_ptr<SharedMemory> shared;  // states, then pixels from a page's begin on
  std::unique_ptr<std::atomic<std::uint8_t>[]> own_states;
  std::atomic<std::uint8_t>* states;
  std::unique_ptr<std::uint8_t[]> own_pixels;  // decoded: all pictures; pages are taken from the system as they are written
  std::uint8_t* pixels = nullptr;
  std::vector<Bytes> files;  // encoded
  std::mutex mutex;
  std::condition_variable filled;
  std::atomic<std::uint64_t> kept{0}, bytes{0};
};

std::size_t PictureCache::shared_bytes(const Dataset& dataset) {
  return states_bytes(dataset.count()) + dataset.count() * dataset.size.bytes();
}

PictureCache::PictureCache(const Dataset& dataset, CacheMode mode, std::shared_ptr<SharedMemory> shared)
    : dataset_(dataset),
      mode_(mode),
      shelf_(std::make_unique<Shelf>(dataset.count(), mode == CacheMode::decoded ? std::move(shared) : nullptr)) {
  if (shelf_->shared) {
    shelf_->pixels = shelf_->shared->data() + states_bytes(dataset.count());
    return;
  }
  switch (mode) {
    case CacheMode::none:
      return;
    case CacheMode::encoded:
      shelf_->files.resize(dataset.count());
      return;
    case CacheMode::decoded:
      try {
        shelf_->own_pixels = std::make_unique_for_overwrite<std::uint8_t[]>(dataset.count() * dataset.size.bytes());
        shelf_->pixels = shelf_->own_pixels.get();
      } catch (const std::bad_alloc&) {
        throw Error(
            ExitCode::failed,
            fmt::format("no memory for {} decoded pictures ({} bytes)", dataset.count(), dataset.count() * dataset.size.bytes()),
            "set loader.cache to encoded or none");
      }
      return;
    case CacheMode::automatic:
    case CacheMode::device:
      break;
  }
  throw Error(ExitCode::failed, "a picture cache is none, encoded or decoded; the rest is resolved before");
}

PictureCache::~PictureCache() = default;

std::size_t PictureCache::kept() const { return shelf_->kept.load(std::memory_order_relaxed); }
std::uint64_t PictureCache::bytes() const { return shelf_->bytes.load(std::memory_order_relaxed); }

// To fill: this thread must do it and call end_filling.
PictureCache::Found PictureCache::begin_filling(std::size_t index) {
  std::atomic<std::uint8_t>& state = shelf_->states[index];
  for (;;) {
    std::uint8_t seen = state.load(std::memory_order_acquire);
    if (seen == there) return Found::there;
    if (seen == empty && state.compare_exchange_strong(seen, filling, std::memory_order_acquire)) return Found::to_fill;
    if (seen == there) return Found::there;
    if (shelf_->shared) return Found::elsewhere;
    std::unique_lock lock(shelf_->mutex);
    shelf_->filled.wait(lock, [&state] { return state.load(std::memory_order_acquire) != filling; });
  }
}

void PictureCache::end_filling(std::size_t index, bool filled, std::uint64_t bytes) {
  if (filled) {
    shelf_->kept.fetch_add(1, std::memory_order_relaxed);
    shelf_->bytes.fetch_add(bytes, std::memory_order_relaxed);
  }
  {
    const std::lock_guard lock(shelf_->mutex);
    shelf_->states[index].store(filled ? there : empty, std::memory_order_release);
  }
  shelf_->filled.notify_all();
}

void PictureCache::fetch(std::size_t index, PictureScratch& scratch) const {
  const double start = seconds_now();
  named(dataset_, index, "read", [&] { dataset_.fetch(index, scratch.stored); });
  scratch.read_nanoseconds += nanoseconds_since(start);
}

void PictureCache::decode(std::size_t index, std::span<const std::uint8_t> stored, PictureScratch& scratch, ImageSpan out) const {
  const double start = seconds_now();
  named(dataset_, index, "decoded", [&] { dataset_.decode(index, stored, out); });
  scratch.decode_nanoseconds += nanoseconds_since(start);
}

// The bytes as stored, from memory if that is where they are kept.
std::span<const std::uint8_t> PictureCache::stored(std::size_t index, PictureScratch& scratch) {
  if (mode_ != CacheMode::encoded) {
    fetch(index, scratch);
    return scratch.stored;
  }
  Bytes& file = shelf_->files[index];
  if (begin_filling(index) == Found::to_fill) {
    try {
      fetch(index, scratch);
      file = Bytes(scratch.stored);  // a copy of exactly this size; the scratch has room to spare
    } catch (...) {
      end_filling(index, false, 0);
      throw;
    }
    end_filling(index, true, file.size());
  }
  return file;
}

const std::uint8_t* PictureCache::decoded(std::size_t index, PictureScratch& scratch) {
  std::uint8_t* const pixels = shelf_->pixels + index * dataset_.size.bytes();
  const Found found = begin_filling(index);
  if (found == Found::elsewhere) {
    scratch.pixels.resize(dataset_.size.bytes());
    fetch(index, scratch);
    decode(index, scratch.stored, scratch, {scratch.pixels.data(), dataset_.size});
    return scratch.pixels.data();
  }
  if (found == Found::to_fill) {
    try {
      fetch(index, scratch);
      decode(index, scratch.stored, scratch, {pixels, dataset_.size});
    } catch (...) {
      end_filling(index, false, 0);
      throw;
    }
    end_filling(index, true, dataset_.size.bytes());
  }
  return pixels;
}

ImageView PictureCache::get(std::size_t index, PictureScratch& scratch) {
  if (mode_ == CacheMode::decoded) return {decoded(index, scratch), dataset_.size};
  scratch.pixels.resize(dataset_.size.bytes());
  decode(index, stored(index, scratch), scratch, {scratch.pixels.data(), dataset_.size});
  return {scratch.pixels.data(), dataset_.size};
}

void PictureCache::get_into(std::size_t index, PictureScratch& scratch, ImageSpan out) {
  if (mode_ == CacheMode::decoded) {
    const std::uint8_t* const pixels = decoded(index, scratch);
    std::copy(pixels, pixels + dataset_.size.bytes(), out.pixels);
  } else {
    decode(index, stored(index, scratch), scratch, out);
  }
}

CacheSizes cache_sizes(const Dataset& dataset) {
  constexpr std::size_t sample = 64;
  const std::size_t count = dataset.count(), steps = std::min(count, sample);
  std::uint64_t sum = 0, read = 0;
  Bytes bytes;
  for (std::size_t i = 0; i < steps; ++i) {
    try {
      dataset.fetch(i * count / steps, bytes);
      sum += bytes.size() + sizeof(Bytes);
      ++read;
    } catch (const std::exception&) {
      // An unreadable picture is reported when its batch is made, where on_bad_image has its say.
    }
  }
  return {read == 0 ? 0 : sum * count / read, count * std::uint64_t{dataset.size.bytes()}};
}

CacheSizes cache_sizes(const Splits& splits) {
  const CacheSizes train = cache_sizes(splits.train), validation = cache_sizes(splits.validation);
  return {train.encoded + validation.encoded, train.decoded + validation.decoded};
}

CacheMode choose_cache(CacheMode asked, const CacheSizes& sizes, std::uint64_t free_bytes, std::uint64_t free_device_bytes) {
  if (asked != CacheMode::automatic) return asked;
  if (free_device_bytes > 0 && sizes.decoded <= free_device_bytes / 4) return CacheMode::device;
  if (sizes.decoded <= free_bytes / 2) return CacheMode::decoded;
  if (sizes.encoded <= free_bytes / 2) return CacheMode::encoded;
  return CacheMode::none;
}

}  // namespace cnnbench
