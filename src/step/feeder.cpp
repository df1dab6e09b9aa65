#include "step/feeder.hpp"

#include <ATen/DeviceAccelerator.h>

#include <algorithm>

#include "cnnbench/core/clock.hpp"

namespace cnnbench {
namespace {

at::Tensor view_of(std::span<const std::uint8_t> bytes, at::IntArrayRef shape) {
  return at::from_blob(const_cast<std::uint8_t*>(bytes.data()), shape, at::kByte);
}

c10::Stream current_stream(const at::Device& device) { return c10::impl::VirtualGuardImpl(device.type()).getStream(device); }

// The facts of a batch of up to `capacity` pictures: labels, then indices, then draws.
std::int64_t bytes_per_draw() { return draw_columns() * static_cast<std::int64_t>(sizeof(float)); }
std::int64_t bytes_per_picture() { return 2 * static_cast<std::int64_t>(sizeof(std::int64_t)) + bytes_per_draw(); }

std::int64_t capacity_of(const at::Tensor& facts) { return facts.defined() ? facts.size(0) / bytes_per_picture() : 0; }

}  // namespace

SlotAllocator slots_for(const at::Device& device) {
  if (device.is_cpu()) return plain_slots();
  return [](std::size_t bytes) {
    at::Tensor pinned = at::empty({static_cast<std::int64_t>(bytes)}, at::TensorOptions().dtype(at::kByte).pinned_memory(true));
    return std::shared_ptr<std::uint8_t>(pinned.data_ptr<std::uint8_t>(), [pinned](std::uint8_t*) {});
  };
}

std::optional<c10::Stream> stream_for_copies(const at::Device& device) {
  if (device.is_cpu()) return std::nullopt;
  return c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device);
}

Feeder::Feeder(Loader& loader, const at::Device& device, FeederOptions options)
    : loader_(loader), device_(device), options_(std::move(options)) {
  if (device.is_cpu()) return;
  if (!options_.copies) options_.copies = stream_for_copies(device);
  for (Mark& m : marks_)
    for (std::optional<c10::Event>* event : {&m.begun, &m.copied, &m.used})
      event->emplace(device.type(), c10::EventFlag::BACKEND_DEFAULT);  // that flag: with a time
}

void Feeder::wait_until_used(std::size_t turn) {
  const double before = seconds_now();
  mark(turn).used->synchronize();
  stalls_.host += seconds_now() - before;
}

// The device stood still from the end of one step until it had the next batch, as far as that was being copied.
void Feeder::add_copy_stall(std::size_t turn) {
  const Mark& m = mark(turn);
  if (turn == 0 || !m.whole || !mark(turn - 1).whole) return;
  const double late = mark(turn - 1).used->elapsedTime(*m.copied), copying = m.begun->elapsedTime(*m.copied);
  stalls_.device += 1e-3 * std::max(0.0, std::min(late, copying));
}

// The stage of this turn, whose last batch was that of three turns ago.
void Feeder::free_stage() {
  Stage& stage = stages_[turn_ % stages_.size()];
  if (stage.in_use) {
    wait_until_used(turn_ - stages_.size());
    add_copy_stall(turn_ - stages_.size());
  }
  stage.in_use = false;
  stage.batch.reset();
}

Feeder::Facts Feeder::facts_of(const at::Tensor& memory, std::int64_t count) {
  const std::int64_t capacity = capacity_of(memory), row = sizeof(std::int64_t);
  return {.labels = memory.narrow(0, 0, count * row).view(at::kLong),
          .indices = memory.narrow(0, capacity * row, count * row).view(at::kLong),
          .draws = memory.narrow(0, 2 * capacity * row, count * bytes_per_draw()).view(at::kFloat).view({count, draw_columns()})};
}

// Memory for the largest batch, which is the first.
void Feeder::open(Stage& stage, const Batch& batch) const {
  const auto count = static_cast<std::int64_t>(batch.count());
  const auto bytes = at::TensorOptions().dtype(at::kByte);
  const bool facts_fit = capacity_of(stage.memory) >= count;
  if (!facts_fit) {
    stage.host_memory = at::empty({count * bytes_per_picture()}, bytes.pinned_memory(!device_.is_cpu()));
    stage.memory = device_.is_cpu() ? stage.host_memory : at::empty({count * bytes_per_picture()}, bytes.device(device_));
  }
  if (!facts_fit || stage.facts.labels.size(0) != count) {
    stage.host_facts = facts_of(stage.host_memory, count);
    stage.facts = device_.is_cpu() ? stage.host_facts : facts_of(stage.memory, count);
  }
  if (device_.is_cpu()) return;
  const bool pixels_fit = batch.pixels.empty() || (stage.pixels.defined() && stage.pixels.size(0) >= count);
  if (!pixels_fit) stage.pixels = at::empty({count, batch.size.height, batch.size.width, 3}, bytes.device(device_));
  // The allocator hands out memory in the order of this stream, where kernels may still use what was there before; the stream
  // of the copies knows nothing of them.
  if (!facts_fit || !pixels_fit) at::accelerator::synchronizeDevice(device_.index());
}

void Feeder::copy(Stage& stage) {
  const Batch& batch = *stage.batch;
  const auto count = static_cast<std::int64_t>(batch.count());
  const Facts& facts = stage.host_facts;
  std::copy(batch.labels.begin(), batch.labels.end(), facts.labels.data_ptr<std::int64_t>());
  std::copy(batch.indices.begin(), batch.indices.end(), facts.indices.data_ptr<std::int64_t>());
  if (options_.draws) write_draws(batch.draws, facts.draws.data_ptr<float>());
  if (device_.is_cpu()) {
    if (!batch.pixels.empty()) stage.pixels = view_of(batch.pixels, {count, batch.size.height, batch.size.width, 3});
    return;
  }
  {
    const c10::StreamGuard on_its_own(*options_.copies);
    mark(turn_).whole = false;
    mark(turn_).begun->record(*options_.copies);
    stage.memory.copy_(stage.host_memory, /*non_blocking=*/true);
    if (!batch.pixels.empty())
      stage.pixels.narrow(0, 0, count).copy_(view_of(batch.pixels, {count, batch.size.height, batch.size.width, 3}), true);
    mark(turn_).copied->record(*options_.copies);
  }
  mark(turn_).copied->block(current_stream(device_));
}

DeviceBatch Feeder::tensors(Stage& stage) const {
  const auto count = static_cast<std::int64_t>(stage.batch->count());
  DeviceBatch out{.pixels = {},
                  .labels = stage.facts.labels,
                  .draws = {},
                  .indices = {},
                  .counted = static_cast<std::int64_t>(stage.batch->counted),
                  .of_step = static_cast<std::int64_t>(stage.batch->of_step)};
  if (options_.draws) out.draws = stage.facts.draws;
  const bool brought = !stage.batch->pixels.empty();
  if (options_.store.defined()) {
    out.indices = stage.facts.indices;
    if (brought) at::Tensor(options_.store).index_copy_(0, stage.facts.indices, stage.pixels.narrow(0, 0, count));
  } else {
    out.pixels = stage.pixels.size(0) == count ? stage.pixels : stage.pixels.narrow(0, 0, count);
  }
  return out;
}

std::optional<DeviceBatch> Feeder::next() {
  Stage& stage = stages_[turn_ % stages_.size()];
  free_stage();
  // Waiting counts as such only once the device has nothing left to do: until then it is computing.
  const Stage& last = stages_[(turn_ + stages_.size() - 1) % stages_.size()];
  if (!loader_.ready() && last.in_use) wait_until_used(turn_ - 1);
  {
    std::optional<PhaseClock::Scope> waiting;
    if (options_.clock) waiting.emplace(*options_.clock, Phase::data_wait);
    stage.batch = loader_.next();
  }
  const double given = seconds_now();
  if (!stage.batch) return std::nullopt;
  open(stage, *stage.batch);
  copy(stage);
  DeviceBatch batch = tensors(stage);
  copy_seconds_ += seconds_now() - given;
  return batch;
}

void Feeder::done() {
  const std::size_t turn = turn_++;
  if (device_.is_cpu()) return;
  mark(turn).used->record(current_stream(device_));
  mark(turn).whole = true;
  stages_[turn % stages_.size()].in_use = true;
}

void Feeder::synchronize() {
  if (!device_.is_cpu()) {
    const double before = seconds_now();
    at::accelerator::synchronizeDevice(device_.index());
    stalls_.host += seconds_now() - before;
  }
  for (Mark& m : marks_) m.whole = false;
  for (Stage& stage : stages_) {
    stage.in_use = false;
    stage.batch.reset();
  }
}

}  // namespace cnnbench
