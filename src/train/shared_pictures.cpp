#include "train/shared_pictures.hpp"

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/launch.hpp"
#include "train/rank_facts.hpp"

namespace cnnbench {
namespace {

// The first rank of a machine makes it, its descriptor stays open until all have it.
std::shared_ptr<SharedMemory> made_or_opened(std::size_t bytes, Exchange& exchange) {
  const std::int64_t machine = number_of_this_machine();
  std::shared_ptr<SharedMemory> memory;
  SharedMemory::Name name;
  const bool makes = this_launch().local_rank == 0;
  try {
    if (makes && bytes > 0) {
      memory = SharedMemory::make(bytes);
      name = memory->name();
    }
  } catch (const Error&) {
    // Each rank then keeps its own.
  }
  const at::Tensor mine = at::tensor(
      {machine, std::int64_t{makes}, name.process, name.descriptor, name.mark, static_cast<std::int64_t>(bytes)}, at::kLong);
  for (const at::Tensor& rank : exchange.gather(mine)) {
    const auto* const v = rank.const_data_ptr<std::int64_t>();
    if (makes || memory || v[0] != machine || v[1] == 0 || v[3] < 0 || v[5] != static_cast<std::int64_t>(bytes)) continue;
    try {
      memory = SharedMemory::open({.process = v[2], .descriptor = v[3], .mark = v[4]}, bytes);
    } catch (const Error&) {
      break;
    }
  }
  return memory;
}

}  // namespace

std::shared_ptr<SharedMemory> share_pictures(std::size_t bytes, Exchange& exchange) {
  std::shared_ptr<SharedMemory> memory = made_or_opened(bytes, exchange);
  if (exchange.largest(memory ? 0 : 1) != 0) return nullptr;
  memory->close_name();
  return memory;
}

}  // namespace cnnbench
