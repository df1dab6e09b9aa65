#include "cnnbench/pipeline/cache.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "cnnbench/pipeline/loader.hpp"
#include "counted_pictures.hpp"

namespace cnnbench {
namespace {

std::vector<std::uint8_t> copy(ImageView view) { return {view.pixels, view.pixels + view.size.bytes()}; }

TEST(PictureCache, EveryModeGivesThePicturesPixels) {
  for (const CacheMode mode : {CacheMode::none, CacheMode::encoded, CacheMode::decoded}) {
    CountedPictures pictures(5, {3, 4});
    PictureCache cache(pictures.dataset, mode);
    PictureScratch scratch;
    for (int round = 0; round < 3; ++round)
      for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(copy(cache.get(i, scratch)), pictures.pixels(i));
        std::vector<std::uint8_t> out(36);
        cache.get_into(i, scratch, {out.data(), {3, 4}});
        EXPECT_EQ(out, pictures.pixels(i));
      }
    for (std::size_t i = 0; i < 5; ++i) {
      EXPECT_EQ(pictures.fetched[i], mode == CacheMode::none ? 6 : 1);
      EXPECT_EQ(pictures.decoded[i], mode == CacheMode::decoded ? 1 : 6);
    }
  }
}

TEST(PictureCache, AccountsForItsMemory) {
  CountedPictures pictures(6, {3, 4});
  PictureScratch scratch;
  for (const CacheMode mode : {CacheMode::none, CacheMode::encoded, CacheMode::decoded}) {
    PictureCache cache(pictures.dataset, mode);
    EXPECT_EQ(cache.bytes(), 0u);
    for (const std::size_t i : {0, 1, 1, 5}) cache.get(i, scratch);
    EXPECT_EQ(cache.kept(), mode == CacheMode::none ? 0u : 3u);
    // Stored: 8 bytes and the number modulo 3 more.
    EXPECT_EQ(cache.bytes(), mode == CacheMode::none ? 0u : mode == CacheMode::encoded ? 8u + 9u + 10u : 3u * 36u);
  }
}

TEST(PictureCache, ManyThreadsDecodeEachPictureOnce) {
  CountedPictures pictures(64, {4, 4});
  PictureCache cache(pictures.dataset, CacheMode::decoded);
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        PictureScratch scratch;
        for (std::size_t i = 0; i < 64; ++i) wrong += copy(cache.get(i, scratch)) != pictures.pixels(i);
      });
  }
  EXPECT_EQ(wrong, 0);
  for (const auto& n : pictures.decoded) EXPECT_EQ(n, 1);
}

TEST(PictureCache, ProcessesThatShareItDecodeEachPictureOnce) {
  CountedPictures here(6, {3, 4}), there(6, {3, 4});
  const auto memory = SharedMemory::make(PictureCache::shared_bytes(here.dataset));
  const auto theirs = SharedMemory::open(memory->name(), memory->size());
  ASSERT_NE(memory->data(), theirs->data());  // as two processes have it: the same pages at two places
  PictureCache one(here.dataset, CacheMode::decoded, memory), other(there.dataset, CacheMode::decoded, theirs);
  PictureScratch scratch;
  for (const std::size_t i : {0, 1, 2, 5}) EXPECT_EQ(copy(one.get(i, scratch)), here.pixels(i));
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(copy(other.get(i, scratch)), here.pixels(i));
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(here.decoded[i] + there.decoded[i], 1) << i;
  EXPECT_EQ(one.kept() + other.kept(), 6u);
}

TEST(PictureCache, APictureThatAnotherProcessIsDecodingIsNotWaitedFor) {
  CountedPictures here(1, {3, 4}), there(1, {3, 4});
  const auto memory = SharedMemory::make(PictureCache::shared_bytes(here.dataset));
  PictureCache one(here.dataset, CacheMode::decoded, memory), other(there.dataset, CacheMode::decoded, memory);
  PictureScratch scratch;
  // While the first is at it, the second asks: as a process would stand that died amid a picture.
  const auto decode = here.dataset.decode;
  here.dataset.decode = [&](std::size_t i, std::span<const std::uint8_t> stored, ImageSpan out) {
    PictureScratch own;
    EXPECT_EQ(copy(other.get(0, own)), there.pixels(0));
    decode(i, stored, out);
  };
  EXPECT_EQ(copy(one.get(0, scratch)), here.pixels(0));
  EXPECT_EQ(there.decoded[0], 1);
}

TEST(PictureCache, AFailedPictureIsTriedAgainAndNobodyWaitsForever) {
  for (const CacheMode mode : {CacheMode::encoded, CacheMode::decoded}) {
    CountedPictures pictures(1, {4, 4});
    std::atomic<int> tries{0};
    pictures.before_fetch = [&tries](std::size_t) {
      if (++tries <= 8) throw std::runtime_error("not yet");
    };
    PictureCache cache(pictures.dataset, mode);
    std::atomic<int> failures{0};
    {
      std::vector<std::jthread> threads;
      for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
          PictureScratch scratch;
          for (int i = 0; i < 5; ++i) {
            try {
              cache.get(0, scratch);
            } catch (const Error&) {
              ++failures;
            }
          }
        });
    }
    EXPECT_EQ(failures, 8);
    EXPECT_EQ(tries, 9);
    EXPECT_EQ(cache.kept(), 1u);
  }
}

TEST(PictureCache, LoadersOfSeveralEpochsShareIt) {
  CountedPictures pictures(10, {4, 4});
  const auto cache = std::make_shared<PictureCache>(pictures.dataset, CacheMode::decoded);
  for (int epoch = 0; epoch < 3; ++epoch) {
    Loader loader(cache, {}, {.workers = 2, .batch_size = 4, .shuffle = false, .augment = false, .last_batch = 3});
    while (const auto batch = loader.next())
      for (std::size_t i = 0; i < batch->count(); ++i) {
        const auto want = pictures.pixels(batch->indices[i]);
        EXPECT_TRUE(std::equal(want.begin(), want.end(), batch->pixels.begin() + static_cast<std::ptrdiff_t>(i * 48)));
      }
  }
  for (const auto& n : pictures.decoded) EXPECT_EQ(n, 1);
}

TEST(PictureCache, ChoosesWhatFitsHalfOfTheFreeMemory) {
  const CacheSizes sizes{.encoded = 100, .decoded = 1000};
  EXPECT_EQ(choose_cache(CacheMode::automatic, sizes, 2000), CacheMode::decoded);
  EXPECT_EQ(choose_cache(CacheMode::automatic, sizes, 1999), CacheMode::encoded);
  EXPECT_EQ(choose_cache(CacheMode::automatic, sizes, 199), CacheMode::none);
  EXPECT_EQ(choose_cache(CacheMode::none, sizes, 5000), CacheMode::none);
  EXPECT_EQ(choose_cache(CacheMode::encoded, sizes, 0), CacheMode::encoded);
  EXPECT_EQ(choose_cache(CacheMode::automatic, sizes, 2000, 4 * sizes.decoded), CacheMode::device);
  EXPECT_EQ(choose_cache(CacheMode::automatic, sizes, 2000, 4 * sizes.decoded - 1), CacheMode::decoded);
  EXPECT_EQ(choose_cache(CacheMode::automatic, {}, 2000, 0), CacheMode::decoded);
}

TEST(PictureCache, SizesAreEstimatedFromASpreadSample) {
  CountedPictures pictures(300, {4, 5});
  const CacheSizes sizes = cache_sizes(pictures.dataset);
  EXPECT_EQ(sizes.decoded, 300u * 60);
  EXPECT_NEAR(static_cast<double>(sizes.encoded), 300.0 * (9 + sizeof(Bytes)), 30);
  int fetched = 0;
  for (const auto& n : pictures.fetched) fetched += n;
  EXPECT_EQ(fetched, 64);
}

TEST(PictureCache, WantsAResolvedMode) {
  CountedPictures pictures(1, {4, 4});
  EXPECT_THROW(PictureCache(pictures.dataset, CacheMode::automatic), Error);
}

}  // namespace
}  // namespace cnnbench
