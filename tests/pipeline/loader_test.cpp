#include "cnnbench/pipeline/loader.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <numeric>
#include <set>
#include <thread>

#include "bench/usual_augmentation.hpp"
#include "cnnbench/pipeline/warp.hpp"
#include "counted_pictures.hpp"

namespace cnnbench {
namespace {

constexpr int worker_counts[] = {1, 2, 3, 8};
constexpr CacheMode caches[] = {CacheMode::none, CacheMode::encoded, CacheMode::decoded};

// A batch without its memory, for comparison.
struct Kept {
  std::uint64_t pass, number;
  std::vector<std::uint8_t> pixels;
  std::vector<std::int64_t> labels;
  std::vector<std::uint32_t> indices;
  bool operator==(const Kept&) const = default;
};

Kept keep(const Batch& b) {
  return {b.pass,
          b.number,
          {b.pixels.begin(), b.pixels.end()},
          {b.labels.begin(), b.labels.end()},
          {b.indices.begin(), b.indices.end()}};
}

std::vector<Kept> all(Loader& loader) {
  std::vector<Kept> batches;
  while (const auto batch = loader.next()) batches.push_back(keep(*batch));
  return batches;
}

// What the batches must be, from the pieces, without threads.
std::vector<Kept> expected(const CountedPictures& pictures, const AugmentConfig& config, const LoaderOptions& o) {
  std::vector<Kept> batches;
  const std::size_t size = static_cast<std::size_t>(o.batch_size), count = pictures.dataset.count(),
                    per_pass = (count + size - 1) / size;
  for (std::uint64_t number = o.first_batch; number < *o.last_batch; ++number) {
    const std::uint64_t pass = number / per_pass;
    const auto order = picture_order(count, o.shuffle, o.seed, pass);
    const ImageSize out = augmented_size(config, pictures.dataset.size);
    Kept b{pass, number, {}, {}, {}};
    for (std::size_t i = number % per_pass * size; i < std::min(count, (number % per_pass + 1) * size); ++i) {
      b.indices.push_back(order[i]);
      b.labels.push_back(pictures.dataset.labels[order[i]]);
      const auto in = pictures.pixels(order[i]);
      const Draw d =
          o.augment ? draw(config, pictures.dataset.size, {o.seed, pass, order[i]}) : no_draw(config, pictures.dataset.size);
      std::vector<std::uint8_t> pixels(out.bytes());
      warp_of(config.backend)({in.data(), pictures.dataset.size}, d, {config.fill_mode, 0}, {pixels.data(), out});
      b.pixels.insert(b.pixels.end(), pixels.begin(), pixels.end());
    }
    batches.push_back(std::move(b));
  }
  return batches;
}

TEST(Loader, GivesTheSameBatchesInOrderWhateverWorkersAndCache) {
  CountedPictures pictures(23, {9, 8});
  for (const int batch_size : {1, 5, 23, 64}) {
    LoaderOptions options{.batch_size = batch_size, .max_queue_size = 3, .seed = 7};
    options.last_batch = static_cast<std::uint64_t>(3 * ((23 + batch_size - 1) / batch_size) + 1);  // three passes and a bit
    for (const AugmentBackend backend : {AugmentBackend::opencv, AugmentBackend::fused}) {
      AugmentConfig config = shear_zoom_flip();
      config.backend = backend;
      const std::vector<Kept> want = expected(pictures, config, options);
      for (const int workers : worker_counts)
        for (const CacheMode cache : caches) {
          options.workers = workers;
          options.cache = cache;
          Loader loader(pictures.dataset, config, options);
          EXPECT_EQ(all(loader), want) << name_of(backend) << ", " << workers << " workers, batch " << batch_size << ", cache "
                                       << static_cast<int>(cache);
          EXPECT_FALSE(loader.next().has_value());
        }
    }
  }
}

// Of a pass' batches 23, 5 or 1 are short, down to a single picture for seven ranks.
TEST(Loader, RanksShareOutTheSameBatches) {
  CountedPictures pictures(23, {9, 8});
  for (const int batch_size : {1, 5, 11, 64})
    for (const int ranks : {2, 3, 7}) {
      LoaderOptions options{.workers = 2, .batch_size = batch_size, .max_queue_size = 3, .ranks = ranks, .seed = 7};
      options.last_batch = static_cast<std::uint64_t>(2 * ((23 + batch_size - 1) / batch_size) + 1);
      const std::vector<Kept> whole = expected(pictures, shear_zoom_flip(), options);
      std::vector<Kept> together(whole.size());
      for (options.rank = 0; options.rank < ranks; ++options.rank) {
        Loader loader(pictures.dataset, shear_zoom_flip(), options);
        for (std::size_t n = 0; n < whole.size(); ++n) {
          const std::optional<Batch> batch = loader.next();
          ASSERT_TRUE(batch);
          ASSERT_EQ(batch->of_step, whole[n].labels.size());
          ASSERT_EQ(batch->count(),
                    std::max<std::size_t>(batch->counted, 1));  // one that counts for nothing, so that it takes part
          Kept& all = together[n];
          all.pass = batch->pass;
          all.number = batch->number;
          if (batch->counted == 0) continue;
          const Kept part = keep(*batch);
          all.pixels.insert(all.pixels.end(), part.pixels.begin(), part.pixels.end());
          all.labels.insert(all.labels.end(), part.labels.begin(), part.labels.end());
          all.indices.insert(all.indices.end(), part.indices.begin(), part.indices.end());
        }
        ASSERT_FALSE(loader.next());
      }
      EXPECT_EQ(together, whole) << batch_size << " among " << ranks;
    }
}

TEST(Loader, AResumeAtAnyBatchGivesTheRestOfTheSameBatches) {
  CountedPictures pictures(10, {6, 6});
  LoaderOptions options{.workers = 3, .batch_size = 4, .seed = 7, .last_batch = 9};
  Loader whole(pictures.dataset, shear_zoom_flip(), options);
  const std::vector<Kept> want = all(whole);
  for (std::uint64_t first = 0; first <= 9; ++first) {
    options.first_batch = first;
    Loader rest(pictures.dataset, shear_zoom_flip(), options);
    EXPECT_EQ(all(rest), std::vector<Kept>(want.begin() + static_cast<std::ptrdiff_t>(first), want.end())) << first;
  }
}

TEST(Loader, EvaluationIsOnePassInOrderWithCentralCrops) {
  CountedPictures pictures(7, {8, 8});
  AugmentConfig config = shear_zoom_flip();
  config.crop = 4;
  const LoaderOptions options{.workers = 2, .batch_size = 3, .shuffle = false, .augment = false, .last_batch = 3};
  Loader loader(pictures.dataset, config, options);
  EXPECT_EQ(loader.batches_per_pass(), 3u);
  const auto batches = all(loader);
  EXPECT_EQ(batches, expected(pictures, config, options));
  EXPECT_EQ(batches[2].indices, std::vector<std::uint32_t>{6});
  EXPECT_EQ(batches[0].pixels.size(), 3u * 4 * 4 * 3);
  const auto first = pictures.pixels(0);  // row 2, column 2
  EXPECT_EQ(batches[0].pixels[0], first[(2 * 8 + 2) * 3]);
}

TEST(Loader, CanLeaveTheWarpToWhoeverTakesTheBatch) {
  CountedPictures pictures(5, {8, 6});
  AugmentConfig config = shear_zoom_flip();
  config.crop = 4;
  const LoaderOptions options{
      .workers = 2, .batch_size = 2, .last_batch = 6, .delivery = Delivery::decoded, .delivery_later = Delivery::decoded};
  Loader loader(pictures.dataset, config, options);
  std::size_t batches = 0;
  while (const auto batch = loader.next()) {
    ++batches;
    EXPECT_EQ(batch->size, pictures.dataset.size);
    for (std::size_t i = 0; i < batch->count(); ++i) {
      const auto want = pictures.pixels(batch->indices[i]);
      EXPECT_TRUE(std::equal(want.begin(), want.end(), batch->pixels.begin() + static_cast<std::ptrdiff_t>(i * want.size())));
      EXPECT_EQ(batch->draws[i].crop_x, draw(config, {8, 6}, {1, batch->pass, batch->indices[i]}).crop_x);
    }
  }
  EXPECT_EQ(batches, 6U);
}

TEST(Loader, BringsEachPictureOnceWhereTheDeviceKeepsThem) {
  for (const std::uint64_t first : {0, 2, 3}) {  // a resume in the middle of a pass needs the next whole one
    CountedPictures pictures(5, {8, 6});
    LoaderOptions options{.workers = 2, .batch_size = 2, .first_batch = first, .last_batch = 9};
    options.delivery = Delivery::decoded;
    options.delivery_later = Delivery::only_draws;
    Loader loader(pictures.dataset, shear_zoom_flip(), options);
    std::set<std::uint32_t> brought;
    while (const auto batch = loader.next()) {
      if (!batch->pixels.empty())
        brought.insert(batch->indices.begin(), batch->indices.end());
      else
        EXPECT_EQ(brought.size(), 5U) << "a batch without pixels before all were there";
      EXPECT_EQ(batch->pixels.empty(), batch->pass > (first == 2 ? 1 : first == 3 ? 1 : 0)) << batch->number;
      EXPECT_EQ(batch->draws.size(), batch->count());
    }
  }
}

TEST(Loader, TracesEachStageOnItsWorkersLane) {
  CountedPictures pictures(6, {8, 8});
  Trace trace;
  trace.start();
  {
    Loader loader(pictures.dataset, shear_zoom_flip(), {.workers = 2, .batch_size = 3, .last_batch = 2, .trace = &trace});
    while (loader.next()) {
    }
  }
  std::map<std::string, int> stages;
  for (const auto& event : trace.chrome_events(0))
    if (event["ph"] == "X") ++stages[event["name"].get<std::string>()];
  EXPECT_EQ(stages["decode"], 6);
  EXPECT_EQ(stages["augment"], 6);
}

TEST(Loader, DrawsAreThoseOfTheBatchesPictures) {
  CountedPictures pictures(6, {8, 8});
  Loader loader(pictures.dataset, shear_zoom_flip(), {.workers = 2, .batch_size = 4, .seed = 3, .last_batch = 4});
  while (const auto batch = loader.next())
    for (std::size_t i = 0; i < batch->count(); ++i) {
      const Draw want = draw(shear_zoom_flip(), {8, 8}, {3, batch->pass, batch->indices[i]});
      EXPECT_TRUE(std::equal(want.affine, want.affine + 6, batch->draws[i].affine));
    }
}

TEST(Loader, MakesNoMoreBatchesAheadThanTheQueueHolds) {
  for (const int queue : {1, 2, 5}) {
    CountedPictures pictures(100, {4, 4});
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t made = 0;
    pictures.before_decode = [&](std::size_t) {
      const std::lock_guard lock(mutex);
      ++made;
      changed.notify_all();
    };
    Loader loader(pictures.dataset, {}, {.workers = 4, .batch_size = 2, .max_queue_size = queue});
    for (std::size_t taken = 0; taken < 20; ++taken) {
      const std::size_t most = (taken + static_cast<std::size_t>(queue)) * 2;
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return made >= most; });  // it does get that far
        EXPECT_EQ(made, most);
      }
      (void)loader.next();
    }
  }
}

TEST(Loader, SlotsAreMadeOnceAndReused) {
  CountedPictures pictures(40, {4, 4});
  std::atomic<int> slots{0}, alive{0};
  const auto counted = [&](std::size_t bytes) {
    EXPECT_EQ(bytes, 4 * pictures.dataset.size.bytes());
    ++slots;
    ++alive;
    return std::shared_ptr<std::uint8_t>(new std::uint8_t[bytes], [&alive](std::uint8_t* p) {
      --alive;
      delete[] p;
    });
  };
  {
    Loader loader(pictures.dataset, {}, {.workers = 2, .batch_size = 4, .max_queue_size = 3}, counted);
    std::optional<Batch> held;
    for (int i = 0; i < 200; ++i) held = loader.next();  // the previous batch is held while the next is asked for
    EXPECT_EQ(slots, 3 + 2);
  }
  EXPECT_EQ(alive, 0);
}

TEST(Loader, AConsumerThatKeepsEveryLeaseGetsMoreSlotsInsteadOfADeadlock) {
  CountedPictures pictures(40, {4, 4});
  Loader loader(pictures.dataset, {}, {.workers = 2, .batch_size = 4, .max_queue_size = 2, .last_batch = 30});
  std::vector<Batch> batches;
  while (auto batch = loader.next()) batches.push_back(std::move(*batch));
  ASSERT_EQ(batches.size(), 30u);
  std::set<const std::uint8_t*> places;
  for (const Batch& batch : batches) places.insert(batch.pixels.data());
  EXPECT_EQ(places.size(), 30u);
}

TEST(Loader, ABatchOutlivesItsLoader) {
  CountedPictures pictures(8, {4, 4});
  std::optional<Batch> batch;
  {
    Loader loader(pictures.dataset, {}, {.workers = 2, .batch_size = 4, .shuffle = false});
    batch = loader.next();
  }
  const Batch copy = *batch;
  batch.reset();
  const auto want = pictures.pixels(3);
  EXPECT_TRUE(std::equal(want.begin(), want.end(), copy.pixels.begin() + 3 * 48));
  EXPECT_EQ(copy.indices[3], 3u);
}

TEST(Loader, LeasesMayBeGivenUpOnOtherThreads) {
  CountedPictures pictures(30, {4, 4});
  Loader loader(pictures.dataset, {}, {.workers = 3, .batch_size = 3, .max_queue_size = 2, .shuffle = false, .last_batch = 100});
  std::vector<std::future<int>> sums;
  int expected_sum = 0;
  while (auto batch = loader.next()) {
    for (const std::uint32_t i : batch->indices) expected_sum += pictures.pixels(i)[0];
    sums.push_back(std::async(std::launch::async, [b = std::move(*batch)]() mutable {
      int sum = 0;
      for (std::size_t i = 0; i < b.count(); ++i) sum += b.pixels[i * 48];
      b.lease.reset();
      return sum;
    }));
  }
  int sum = 0;
  for (auto& s : sums) sum += s.get();
  EXPECT_EQ(sum, expected_sum);
}

TEST(Loader, AnErrorComesAtItsBatchWithTheFirstBadPicturesText) {
  for (const int workers : worker_counts)
    for (const CacheMode cache : caches) {
      CountedPictures pictures(40, {4, 4});
      pictures.before_decode = [](std::size_t i) {
        if (i == 13 || i == 14 || i == 15 || i == 17)
          throw Error(ExitCode::failed, fmt::format("picture {}: truncated JPEG", i), "remove it");
      };
      Loader loader(pictures.dataset, {},
                    {.workers = workers, .batch_size = 4, .max_queue_size = 6, .shuffle = false, .cache = cache});
      for (std::uint64_t number = 0; number < 3; ++number) EXPECT_EQ(loader.next()->number, number);
      for (int again = 0; again < 2; ++again) {
        try {
          (void)loader.next();
          FAIL() << "no error";
        } catch (const Error& e) {
          EXPECT_STREQ(e.what(), "picture 13: truncated JPEG");
          EXPECT_EQ(e.remedy(), "remove it");
        }
      }
    }
}

TEST(Loader, AForeignExceptionGetsThePicturesName) {
  CountedPictures pictures(4, {4, 4});
  pictures.before_fetch = [](std::size_t i) {
    if (i == 2) throw std::runtime_error("disk on fire");
  };
  Loader loader(pictures.dataset, {}, {.workers = 2, .batch_size = 4});
  try {
    (void)loader.next();
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "picture 2: could not be read: disk on fire");
  }
}

TEST(Loader, GoesAwayInAnyState) {
  CountedPictures pictures(50, {4, 4});
  for (const int workers : worker_counts)
    for (const int taken : {0, 1, 7})
      for (const int queue : {1, 10}) {
        Loader loader(pictures.dataset, shear_zoom_flip(), {.workers = workers, .batch_size = 8, .max_queue_size = queue});
        for (int i = 0; i < taken; ++i) (void)loader.next();
      }
  pictures.before_decode = [](std::size_t) { throw std::runtime_error("bad"); };
  for (const int workers : worker_counts) Loader(pictures.dataset, shear_zoom_flip(), {.workers = workers, .batch_size = 8});
  Loader nothing(pictures.dataset, shear_zoom_flip(), {.workers = 2, .last_batch = 0});
  EXPECT_FALSE(nothing.next().has_value());
}

TEST(Loader, MovesLikeAValue) {
  CountedPictures pictures(8, {4, 4});
  Loader a(pictures.dataset, {}, {.batch_size = 4, .seed = 1});
  (void)a.next();
  Loader b = std::move(a);
  EXPECT_EQ(b.next()->number, 1u);
  b = Loader(pictures.dataset, {}, {.batch_size = 4, .first_batch = 40});
  EXPECT_EQ(b.next()->number, 40u);
}

TEST(Loader, CountsPicturesBatchesAndTheTimeOfEachStage) {
  CountedPictures pictures(10, {16, 16});
  Loader loader(pictures.dataset, shear_zoom_flip(), {.workers = 2, .batch_size = 4, .last_batch = 6});
  (void)all(loader);
  const LoaderStats stats = loader.stats();
  EXPECT_EQ(stats.pictures, 20u);
  EXPECT_EQ(stats.batches, 6u);
  EXPECT_GT(stats.read_seconds, 0);
  EXPECT_GT(stats.decode_seconds, 0);
  EXPECT_GT(stats.augment_seconds, 0);
  EXPECT_DOUBLE_EQ(stats.busy_seconds(), stats.read_seconds + stats.decode_seconds + stats.augment_seconds);
}

TEST(Loader, CoresThatAreNotThereAreIgnored) {
  CountedPictures pictures(4, {4, 4});
  for (const std::vector<int>& cpus : {std::vector<int>{1000}, std::vector<int>{-1, 1 << 20}}) {
    Loader loader(pictures.dataset, {}, {.workers = 2, .batch_size = 4, .cpus = cpus});
    EXPECT_EQ(loader.next()->count(), 4u);
  }
}

TEST(Loader, WorkersStayOnTheCoresTheyAreGiven) {
  cpu_set_t mine;
  ASSERT_EQ(sched_getaffinity(0, sizeof(mine), &mine), 0);
  int core = 0;
  while (!CPU_ISSET(core, &mine)) ++core;
  CountedPictures pictures(16, {4, 4});
  std::atomic<int> elsewhere{0};
  pictures.before_decode = [&](std::size_t) {
    cpu_set_t set;
    sched_getaffinity(0, sizeof(set), &set);
    if (CPU_COUNT(&set) != 1 || !CPU_ISSET(core, &set)) ++elsewhere;
  };
  Loader loader(pictures.dataset, {}, {.workers = 3, .batch_size = 4, .last_batch = 4, .cpus = {core}});
  (void)all(loader);
  EXPECT_EQ(elsewhere, 0);
}

TEST(Loader, NoPicturesIsAnError) {
  CountedPictures pictures(0, {4, 4});
  EXPECT_THROW(Loader(pictures.dataset, {}, {}), Error);
}

TEST(PictureOrder, IsAPermutationThatDependsOnSeedAndPass) {
  std::set<std::vector<std::uint32_t>> orders;
  for (const std::uint64_t seed : {1, 2})
    for (const std::uint64_t pass : {0, 1, 2}) {
      auto order = picture_order(50, true, seed, pass);
      orders.insert(order);
      EXPECT_EQ(order, picture_order(50, true, seed, pass));
      std::sort(order.begin(), order.end());
      EXPECT_EQ(order, picture_order(50, false, seed, pass));
    }
  EXPECT_EQ(orders.size(), 6u);
}

TEST(PictureOrder, EveryPictureIsEquallyOftenFirst) {
  std::vector<int> first(5);
  for (std::uint64_t pass = 0; pass < 10000; ++pass) first[picture_order(5, true, 1, pass)[0]]++;
  for (const int n : first) EXPECT_NEAR(n, 2000, 200);
}

}  // namespace
}  // namespace cnnbench
