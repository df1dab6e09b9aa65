// Stretches of channels, filters or planes: what of a convolution one task does, where there are more threads than pictures to share.
#pragma once

#include <cstdint>

namespace cnnbench {

struct Slice {
  std::int64_t first = 0, count = 0;
  constexpr std::int64_t end() const { return first + count; }
  constexpr bool operator==(const Slice&) const = default;
};

// Slice i of n of `all` things, whole blocks of them (`all` is a multiple of `block`): sizes differ by one block at most.
constexpr Slice slice_of(std::int64_t i, std::int64_t n, std::int64_t all, std::int64_t block = 1) {
  const std::int64_t blocks = all / block, first = i * blocks / n * block;
  return {first, (i + 1) * blocks / n * block - first};
}

// In how many slices to cut where `tasks` are there uncut: the fewest that make `wanted` tasks of them, `most` at most.
constexpr std::int64_t slices_for(std::int64_t wanted, std::int64_t tasks, std::int64_t most) {
  const std::int64_t needed = (wanted + tasks - 1) / tasks;
  return needed < 1 ? 1 : needed < most ? needed : most;
}

}  // namespace cnnbench
