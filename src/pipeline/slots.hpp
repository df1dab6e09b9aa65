// The memory that batches live in: slots made when first needed, then reused. Leases keep the pool alive, so a batch may
// outlive its loader. Internal to the loader.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

#include "cnnbench/pipeline/loader.hpp"

namespace cnnbench {

struct Slot {
  std::shared_ptr<std::uint8_t> pixels;
  std::vector<std::int64_t> labels;
  std::vector<std::uint32_t> indices;
  std::vector<Draw> draws;

  // The batch that is being made in it.
  std::uint64_t pass = 0, number = 0;
  std::size_t count = 0, counted = 0, of_step = 0;
  std::atomic<std::size_t> chunks_left{0};
  // The first bad picture by position, so that the same error is seen whatever the workers' timing; under the loader's mutex.
  std::exception_ptr error;
  std::size_t error_position = 0;

  // Where the lease's control block lives: a lease costs no allocation.
  alignas(std::max_align_t) std::byte lease_memory[128];
};

class SlotPool : public std::enable_shared_from_this<SlotPool> {
 public:
  SlotPool(SlotAllocator, std::size_t pictures, std::size_t picture_bytes);

  // A slot that nobody uses; makes another one where there is none, so a consumer that keeps leases never blocks itself.
  Slot& take();
  void give_back(Slot&);
  // Gives the slot back when the last copy is gone.
  std::shared_ptr<void> lease(Slot&);

 private:
  SlotAllocator allocate_;
  std::size_t pictures_, picture_bytes_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Slot>> all_;
  std::vector<Slot*> free_;
};

}  // namespace cnnbench
