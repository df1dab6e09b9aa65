// Makes batches ahead with N worker threads, in order and bit-identical whatever N is: picture order and draws depend on
// (seed, pass, picture) alone. Pixels are uint8 NHWC RGB in a ring of slots that are allocated once and reused.
// A worker's error is rethrown by next() at the batch it belongs to. Not here: rescaling and layout (on the device).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/core/trace.hpp"
#include "cnnbench/data/dataset.hpp"
#include "cnnbench/pipeline/cache.hpp"
#include "cnnbench/pipeline/draw.hpp"

namespace cnnbench {

// Memory for one slot, at least `bytes`, 64-byte aligned; the pointer's deleter gives it back. Pinned on CUDA.
using SlotAllocator = std::function<std::shared_ptr<std::uint8_t>(std::size_t bytes)>;
SlotAllocator plain_slots();

// What a batch brings.
enum class Delivery {
  warped,     // pixels augmented, at the augmented size
  decoded,    // pixels as the data set has them; whoever takes the batch applies its draws
  only_draws  // no pixels: whoever takes the batch has the pictures (see LoaderOptions::delivery_later)
};

struct Batch {
  std::uint64_t pass = 0;                  // which pass over the pictures (0-based): the `epoch` of the draws' Key
  std::uint64_t number = 0;                // counted over all passes
  std::span<const std::uint8_t> pixels;    // count x height x width x 3; empty with Delivery::only_draws
  std::span<const std::int64_t> labels;    // count
  std::span<const std::uint32_t> indices;  // count, which picture of the data set
  std::span<const Draw> draws;             // count
  ImageSize size;                          // of pixels
  // Of a batch that is shared out among ranks: how many of these are its own, all or, where there are fewer pictures than ranks,
  // none (one that it need not count, so that it takes part in the step), and how many all ranks have.
  std::size_t counted = 0, of_step = 0;
  std::size_t count() const { return labels.size(); }
  std::shared_ptr<void> lease;  // the slot is reused when the last copy of this is gone
};

struct LoaderOptions {
  int workers = 1;  // threads; at least 1
  int batch_size = 32;
  int max_queue_size = 10;  // batches made ahead of next() at most, finished or begun; slots: this + 1 + the leases held
  bool shuffle = true;      // else the data set's order
  bool augment = true;      // else no_draw()
  // Of each batch this part alone is made (part_of(), core/launch.hpp); batch_size is of all ranks together.
  int rank = 0, ranks = 1;
  std::uint64_t seed = 1;
  std::uint64_t first_batch = 0;                           // where to go on after a resume
  std::optional<std::uint64_t> last_batch = std::nullopt;  // next() gives nullopt from this number on; unset: passes without end
  CacheMode cache = CacheMode::none;                       // none, encoded or decoded (resolve automatic before)
  Delivery delivery = Delivery::warped;                    // up to the end of the first whole pass
  Delivery delivery_later = Delivery::warped;              // after that; the same as before, or only_draws
  std::vector<int> cpus = {};                              // cores the workers may use; empty: any
  Trace* trace = nullptr;                                  // gets each picture's stages while it records; outlives the loader
};

struct LoaderStats {
  std::uint64_t pictures = 0, batches = 0;  // pictures that workers finished, batches that next() gave
  // Seconds summed over all workers.
  double read_seconds = 0, decode_seconds = 0, augment_seconds = 0;
  double cpu_seconds = 0;  // in which they held a core, by the kernel's clocks of their threads; 0 where it keeps none
  // Seconds next() made its caller wait.
  double wait_seconds = 0;
  double busy_seconds() const { return read_seconds + decode_seconds + augment_seconds; }
};

class Loader {
 public:
  // The data set must outlive the loader, not the batches. A cache of its own, of mode options.cache.
  Loader(const Dataset&, const AugmentConfig&, LoaderOptions, SlotAllocator = plain_slots());
  // A cache shared with other loaders of the same data set, before or at the same time; options.cache is not looked at.
  Loader(std::shared_ptr<PictureCache>, const AugmentConfig&, LoaderOptions, SlotAllocator = plain_slots());
  ~Loader();
  Loader(Loader&&) noexcept;
  Loader& operator=(Loader&&) noexcept;

  // The next batch in order; waits for it. nullopt after the last. A pass's last batch may be short; batches never mix passes.
  // For one consumer thread. After an error every further call throws the same one.
  std::optional<Batch> next();
  // Whether next() would return (or throw) at once. Like next(), for the consumer's thread.
  bool ready() const;
  LoaderStats stats() const;
  std::uint64_t batches_per_pass() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The order of the pictures in one pass: a Fisher-Yates shuffle keyed by (seed, pass), or 0..count-1.
std::vector<std::uint32_t> picture_order(std::size_t count, bool shuffle, std::uint64_t seed, std::uint64_t pass);

}  // namespace cnnbench
