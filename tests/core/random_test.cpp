#include "cnnbench/core/random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace cnnbench {
namespace {

TEST(RandomStream, SameKeySameNumbers) {
  RandomStream a{1, 2, 3}, b{1, 2, 3};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(a.next(), b.next());
}

TEST(RandomStream, KeysThatDifferInOneWordOrInOrderDiffer) {
  std::set<std::uint64_t> first;
  for (std::uint64_t i = 0; i < 1000; ++i) first.insert(RandomStream{7, 0, i}.next());
  first.insert(RandomStream{0, 7, 1}.next());
  first.insert(RandomStream{1, 0, 7}.next());
  first.insert(RandomStream{7, 0}.next());
  EXPECT_EQ(first.size(), 1003u);
}

TEST(RandomStream, UniformIsFlatOverKeys) {
  std::array<int, 10> bins{};
  for (std::uint64_t i = 0; i < 100000; ++i) bins[static_cast<std::size_t>(RandomStream{1, 0, i}.uniform(0, 10))]++;
  for (const int n : bins) EXPECT_NEAR(n, 10000, 500);
}

TEST(RandomStream, BelowStaysBelow) {
  RandomStream r{5};
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(r.below(7));
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_LT(*seen.rbegin(), 7u);
}

} // namespace
} // namespace cnnbench
