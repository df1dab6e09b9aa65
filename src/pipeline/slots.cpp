#include "slots.hpp"

#include <cstdlib>
#include <new>

namespace cnnbench {
namespace {

// Hands a shared_ptr's control block the slot's own memory. The slot goes back when that memory is released, not when the
// deleter runs: at that moment the control block is still in use.
template <typename T>
struct LeaseAllocator {
  using value_type = T;
  std::shared_ptr<SlotPool> pool;
  Slot* slot;
  LeaseAllocator(std::shared_ptr<SlotPool> p, Slot* s) : pool(std::move(p)), slot(s) {}
  template <typename U>
  LeaseAllocator(const LeaseAllocator<U>& other) : pool(other.pool), slot(other.slot) {}
  T* allocate(std::size_t n) {
    if (n * sizeof(T) > sizeof(slot->lease_memory)) throw std::bad_alloc();
    return reinterpret_cast<T*>(slot->lease_memory);
  }
  void deallocate(T*, std::size_t) { pool->give_back(*slot); }
  template <typename U>
  bool operator==(const LeaseAllocator<U>& other) const {
    return slot == other.slot;
  }
};

}  // namespace

SlotAllocator plain_slots() {
  return [](std::size_t bytes) {
    constexpr std::size_t alignment = 64;
    const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    auto* memory = static_cast<std::uint8_t*>(std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded));
    if (memory == nullptr) throw std::bad_alloc();
    return std::shared_ptr<std::uint8_t>(memory, [](std::uint8_t* p) { std::free(p); });
  };
}

SlotPool::SlotPool(SlotAllocator allocate, std::size_t pictures, std::size_t picture_bytes)
    : allocate_(std::move(allocate)), pictures_(pictures), picture_bytes_(picture_bytes) {}

Slot& SlotPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      Slot& slot = *free_.back();
      free_.pop_back();
      return slot;
    }
  }
  auto slot = std::make_unique<Slot>();
  slot->pixels = allocate_(pictures_ * picture_bytes_);
  slot->labels.resize(pictures_);
  slot->indices.resize(pictures_);
  slot->draws.resize(pictures_);
  const std::lock_guard lock(mutex_);
  free_.reserve(all_.size() + 1);  // so that give_back never allocates
  all_.push_back(std::move(slot));
  return *all_.back();
}

void SlotPool::give_back(Slot& slot) {
  const std::lock_guard lock(mutex_);
  free_.push_back(&slot);
}

std::shared_ptr<void> SlotPool::lease(Slot& slot) {
  return std::shared_ptr<void>(
      &slot, [](void*) {}, LeaseAllocator<std::byte>(shared_from_this(), &slot));
}

}  // namespace cnnbench
