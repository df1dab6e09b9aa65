#include "train/feeder.hpp"

#include <ATen/DeviceAccelerator.h>

#include "cnnbench/core/clock.hpp"

namespace cnnbench {
namespace {

constexpr std::size_t steps_ahead = 2;

at::Tensor view_of(std::span<const std::uint8_t> bytes, std::initializer_list<std::int64_t> shape) {
  return at::from_blob(const_cast<std::uint8_t*>(bytes.data()), shape, at::kByte);
}

}  // namespace

SlotAllocator slots_for(const at::Device& device) {
  if (device.is_cpu()) return plain_slots();
  return [](std::size_t bytes) {
    at::Tensor pinned = at::empty({static_cast<std::int64_t>(bytes)}, at::TensorOptions().dtype(at::kByte).pinned_memory(true));
    return std::shared_ptr<std::uint8_t>(pinned.data_ptr<std::uint8_t>(), [pinned](std::uint8_t*) {});
  };
}

Feeder::Feeder(Loader& loader, const at::Device& device, bool jitters) : loader_(loader), device_(device), jitters_(jitters) {}

std::optional<DeviceBatch> Feeder::next() {
  while (in_flight_.size() >= steps_ahead) {
    if (in_flight_.front().event) in_flight_.front().event->synchronize();
    in_flight_.pop_front();
  }
  // Waiting counts as such only once the device has nothing left to do: until then it is computing.
  if (!loader_.ready() && !in_flight_.empty() && in_flight_.back().event) in_flight_.back().event->synchronize();
  const double before = seconds_now();
  std::optional<Batch> batch = loader_.next();
  wait_seconds_ += seconds_now() - before;
  if (!batch) return std::nullopt;
  const auto n = static_cast<std::int64_t>(batch->count());
  DeviceBatch out;
  out.pixels = view_of(batch->pixels, {n, batch->size.height, batch->size.width, 3}).to(device_, /*non_blocking=*/true);
  out.labels = at::from_blob(const_cast<std::int64_t*>(batch->labels.data()), {n}, at::kLong).to(device_, true);
  if (jitters_) out.jitter = jitter_tensor(batch->draws).to(device_, true);  // pageable: staged before the call returns
  in_flight_.push_back({std::move(*batch), std::nullopt});
  return out;
}

void Feeder::done() {
  if (device_.is_cpu() || in_flight_.empty()) return;
  c10::Event event(device_.type());
  event.record(c10::impl::VirtualGuardImpl(device_.type()).getStream(device_));
  in_flight_.back().event = std::move(event);
}

void Feeder::synchronize() {
  if (!device_.is_cpu()) at::accelerator::synchronizeDevice(device_.index());
  in_flight_.clear();
}

}  // namespace cnnbench
