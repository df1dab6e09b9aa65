#include "train/errors.hpp"

#include <gtest/gtest.h>

namespace cnnbench {
namespace {

std::string told(const std::function<void()>& failing) {
  try {
    translating_torch_errors([&] {
      failing();
      return 0;
    });
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing";
}

// bench leaves out the larger batches of a cell by this word.
TEST(TorchErrors, WantOfMemoryIsSaidAsSuchWhereverItCameUp) {
  EXPECT_EQ(told([] { static_cast<void>(at::empty({std::int64_t{1} << 52}, at::kByte)); }), "out of memory");
  EXPECT_EQ(told([] { throw std::bad_alloc(); }), "out of memory");
}

TEST(TorchErrors, OthersAreToldWithoutTheirStack) {
  const std::string text = told([] { static_cast<void>(at::ones({2, 3}).mm(at::ones({2, 3}))); });
  EXPECT_TRUE(text.starts_with("libtorch: mat1 and mat2")) << text;
  EXPECT_EQ(text.find("frame #"), std::string::npos);
}

}  // namespace
}  // namespace cnnbench
