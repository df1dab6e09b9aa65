// The pictures of one data set, decoded, from wherever they are kept: nowhere (read and decoded each time), as stored bytes
// in memory, or as pixels in memory. Filled as pictures are asked for, each once; shared by all loaders of the data set, so
// that a validation set is decoded once for all epochs. Not here: augmentation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/core/shared_memory.hpp"
#include "cnnbench/data/dataset.hpp"

namespace cnnbench {

// One thread's buffers, reused from picture to picture, and where its time went.
struct PictureScratch {
  Bytes stored;
  std::vector<std::uint8_t> pixels;
  std::uint64_t read_nanoseconds = 0, decode_nanoseconds = 0;  // summed up; the owner resets them
};

class PictureCache {
 public:
  // The data set must outlive the cache. Mode is none, encoded or decoded. `shared`, of shared_bytes(): decoded pictures are kept
  // there, for all processes that have it: each picture is decoded once by one of them. A picture that another one is just decoding
  // is not waited for (that process may have died) but decoded here too.
  PictureCache(const Dataset&, CacheMode, std::shared_ptr<SharedMemory> shared = nullptr);
  static std::size_t shared_bytes(const Dataset&);
  ~PictureCache();

  // Picture `index`: a view into the cache, or into `scratch` until its next use. Any thread. Throws what the data set
  // throws, and then tries again when asked again.
  ImageView get(std::size_t index, PictureScratch& scratch);
  // The same pixels written to `out`, which has the data set's size; saves a copy where nothing is kept.
  void get_into(std::size_t index, PictureScratch& scratch, ImageSpan out);

  const Dataset& dataset() const { return dataset_; }
  CacheMode mode() const { return mode_; }
  std::size_t kept() const;     // pictures in memory
  std::uint64_t bytes() const;  // memory that they take

 private:
  struct Shelf;
  enum class Found { there, to_fill, elsewhere };  // elsewhere: another process fills it
  Found begin_filling(std::size_t index);
  void end_filling(std::size_t index, bool filled, std::uint64_t bytes);
  void fetch(std::size_t index, PictureScratch&) const;
  void decode(std::size_t index, std::span<const std::uint8_t> stored, PictureScratch&, ImageSpan out) const;
  std::span<const std::uint8_t> stored(std::size_t index, PictureScratch&);
  const std::uint8_t* decoded(std::size_t index, PictureScratch&);

  const Dataset& dataset_;
  CacheMode mode_;
  std::unique_ptr<Shelf> shelf_;
};

// Bytes that each cache would take for this data set, for the choice of CacheMode::automatic; encoded is an estimate from a sample.
struct CacheSizes {
  std::uint64_t encoded = 0, decoded = 0;
};
CacheSizes cache_sizes(const Dataset&);
CacheSizes cache_sizes(const Splits&);  // of both sets, which are kept together

// What CacheMode::automatic becomes: device if that fits a quarter of `free_device_bytes` (0: no GPU), decoded if that fits
// half of `free_bytes`, else encoded if that does, else none.
CacheMode choose_cache(CacheMode asked, const CacheSizes&, std::uint64_t free_bytes, std::uint64_t free_device_bytes = 0);

}  // namespace cnnbench
