// The order of the pictures in one pass.
#include <numeric>
#include <utility>

#include "cnnbench/core/random.hpp"
#include "cnnbench/pipeline/loader.hpp"

namespace cnnbench {

std::vector<std::uint32_t> picture_order(std::size_t count, bool shuffle, std::uint64_t seed, std::uint64_t pass) {
  constexpr std::uint64_t shuffle_stream = 0x6f72646572;  // "order"
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  if (!shuffle) return order;
  RandomStream random{seed, pass, shuffle_stream};
  for (std::size_t left = count; left > 1; --left) std::swap(order[left - 1], order[random.below(left)]);
  return order;
}

}  // namespace cnnbench
