// The table against the structs that it is about: nothing may be missing from it.
#include "cnnbench/pipeline/operations.hpp"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "every_augmentation.hpp"

namespace cnnbench {
namespace {

// What is no operation: where and how they are done, and what follows for all pictures alike.
const std::set<std::string> others{"on",           "backend",     "fill_mode",         "cval",
                                   "rescale",      "standardize", "samplewise_center", "samplewise_std_normalization",
                                   "channel_mean", "channel_std"};

TEST(Operations, HaveEveryKeyOfAugmentOnce) {
  std::map<std::string, int> seen;
  for (const std::string& key : others) ++seen[key];
  for (const Operation& operation : operations())
    for (const std::string_view key : operation.keys) ++seen[std::string(key)];
  std::set<std::string> keys;
  AugmentConfig config;
  AugmentConfig::fields(config, [&](std::string_view key, auto&&...) { keys.emplace(key); });
  for (const auto& [key, count] : seen) {
    EXPECT_EQ(count, 1) << key;
    EXPECT_TRUE(keys.contains(key)) << key;
  }
  EXPECT_EQ(seen.size(), keys.size());
}

TEST(Operations, AreUsedByAnyOfTheirKeysAndLeftOutWithAllOfThem) {
  for (const Operation& operation : operations()) {
    EXPECT_FALSE(operation.used({})) << operation.name;
    EXPECT_TRUE(operation.used(every_augmentation())) << operation.name;
    AugmentConfig without = every_augmentation(), all = every_augmentation();
    operation.leave_out(without);
    EXPECT_FALSE(operation.used(without)) << operation.name;
    for (const Operation& other : operations()) EXPECT_EQ(other.used(without), other.name != operation.name) << other.name;
    // Exactly its keys have changed.
    std::vector<std::string> changed;
    AugmentConfig::fields(without, [&](std::string_view key, auto& member, auto&&...) {
      AugmentConfig::fields(all, [&](std::string_view same, auto& before, auto&&...) {
        if constexpr (std::is_same_v<decltype(member), decltype(before)>)
          if (key == same && !(member == before)) changed.emplace_back(key);
      });
    });
    EXPECT_THAT(changed,
                ::testing::UnorderedElementsAreArray(std::vector<std::string>(operation.keys.begin(), operation.keys.end())))
        << operation.name;
  }
}

// With one left out, the others' numbers are as they were.
TEST(Operations, DoNotMoveEachOthersDraws) {
  const ImageSize size{32, 32};
  for (const Operation& out : operations()) {
    if (out.resizes) continue;
    AugmentConfig config = every_augmentation();
    const Draw with = draw(config, size, {1, 2, 3});
    out.leave_out(config);
    const Draw without = draw(config, size, {1, 2, 3});
    for (const Operation& operation : operations())
      for (const DrawNumber& number : operation.numbers)
        std::visit(
            [&](auto member) {
              if (operation.name == out.name) return;
              EXPECT_EQ(with.*member, without.*member) << out.name << " moved " << number.name;
            },
            number.member);
  }
}

TEST(Operations, HaveEveryNumberOfADraw) {
  std::size_t bytes = sizeof(Draw::affine) + sizeof(Draw::identity);
  std::set<std::string> names;
  for (const Operation& operation : operations())
    for (const DrawNumber& number : operation.numbers) {
      EXPECT_TRUE(names.insert(number.name).second) << number.name;
      bytes += std::visit([](auto member) { return sizeof(std::declval<Draw&>().*member); }, number.member);
    }
  EXPECT_LE(bytes, sizeof(Draw));
  EXPECT_LT(sizeof(Draw) - bytes, 2 * alignof(Draw)) << "a number of Draw is in no operation";
}

// "compute alone" measures the network: no picture may be warped for it.
TEST(Operations, OfMatrixAndBytesLeftOutLeaveNothingToDo) {
  AugmentConfig config = every_augmentation();
  config.crop = 0;
  for (const Operation& operation : operations())
    if (operation.stage != Stage::floats && !operation.resizes) operation.leave_out(config);
  for (std::uint64_t i = 0; i < 20; ++i) {
    const Draw d = draw(config, {32, 32}, {1, 1, i});
    EXPECT_TRUE(d.identity);
    EXPECT_EQ(d.channel_shift, 0);
    EXPECT_EQ(d.brightness, 1);
    EXPECT_NE(d.contrast, 1);
  }
}

TEST(Operations, TellTheDeviceWhatIsNoMatrix) {
  EXPECT_THAT(device_numbers(),
              ::testing::ElementsAre(&Draw::channel_shift, &Draw::brightness, &Draw::brightness_delta, &Draw::contrast));
}

}  // namespace
}  // namespace cnnbench
