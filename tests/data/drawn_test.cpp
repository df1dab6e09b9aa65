#include "cnnbench/data/drawn.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <thread>

#include "cnnbench/core/error.hpp"
#include "cnnbench/data/decode.hpp"
#include "cnnbench/data/folder.hpp"
#include "support/pictures.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;

TEST(Drawn, APictureDependsOnItsKeyAlone) {
  const auto first = draw_animal(Animal::cat, 1, 0, 5);
  EXPECT_EQ(first, draw_animal(Animal::cat, 1, 0, 5));
  std::set<std::string> others;
  for (const auto& jpeg : {first, draw_animal(Animal::cat, 1, 0, 6), draw_animal(Animal::cat, 1, 1, 5),
                           draw_animal(Animal::cat, 2, 0, 5), draw_animal(Animal::dog, 1, 0, 5)})
    others.emplace(jpeg.begin(), jpeg.end());
  EXPECT_EQ(others.size(), 5u);
}

TEST(Drawn, FilesAreThoseOfDrawAnimalWhateverTheThreads) {
  const test::TemporaryFolder f;
  const DrawnSet set{.train = 7, .validation = 2, .seed = 9};
  const fs::path folder = drawn_folder(f.path(), set);
  EXPECT_EQ(folder.filename(), "drawn-7-2-9");
  std::size_t calls = 0;
  make_drawn(folder, set, [&](std::size_t done, std::size_t total) {
    EXPECT_EQ(done, ++calls);
    EXPECT_EQ(total, 9u);
  });
  EXPECT_EQ(calls, 9u);
  EXPECT_EQ(list_class_folders(folder / "train").names.size(), 7u);
  EXPECT_EQ(list_class_folders(folder / "validation").names.size(), 2u);
  EXPECT_EQ(test::read_file(folder / "train/cat/cat.4.jpg"), draw_animal(Animal::cat, 9, 0, 4));
  EXPECT_EQ(test::read_file(folder / "train/dog/dog.3.jpg"), draw_animal(Animal::dog, 9, 0, 3));
  EXPECT_EQ(test::read_file(folder / "validation/dog/dog.1.jpg"), draw_animal(Animal::dog, 9, 1, 1));
}

TEST(Drawn, PhotographsInSizeAndBytes) {
  std::size_t bytes = 0;
  for (std::uint64_t i = 0; i < 40; ++i) {
    const auto jpeg = draw_animal(i % 2 == 0 ? Animal::cat : Animal::dog, 1, 0, i);
    const PictureHeader header = read_picture_header(jpeg, "drawn");
    EXPECT_EQ(header.format, "JPEG");
    EXPECT_GE(std::min(header.size.width, header.size.height), 240);
    EXPECT_LE(std::max(header.size.width, header.size.height), 500);
    bytes += jpeg.size();
  }
  EXPECT_GT(bytes / 40, 15'000u);
  EXPECT_LT(bytes / 40, 40'000u);
}

TEST(Drawn, AnExistingFolderIsLeftAloneAndNoDraftStays) {
  const test::TemporaryFolder f;
  const DrawnSet set{.train = 2, .validation = 2, .seed = 1};
  const fs::path folder = drawn_folder(f.path(), set);
  make_drawn(folder, set);
  fs::remove(folder / "train/cat/cat.1.jpg");
  make_drawn(folder, set);
  EXPECT_FALSE(fs::exists(folder / "train/cat/cat.1.jpg"));
  EXPECT_EQ(std::distance(fs::directory_iterator(f.path()), {}), 1) << "only the set itself";
}

TEST(Drawn, SeveralAtOnceMakeOneWholeSet) {
  const test::TemporaryFolder f;
  const DrawnSet set{.train = 6, .validation = 2, .seed = 1};
  const fs::path folder = drawn_folder(f.path(), set);
  {
    std::vector<std::jthread> makers;
    for (int i = 0; i < 3; ++i) makers.emplace_back([&] { make_drawn(folder, set); });
  }
  EXPECT_EQ(list_class_folders(folder / "train").names.size(), 6u);
  EXPECT_EQ(std::distance(fs::directory_iterator(f.path()), {}), 1);
}

TEST(Drawn, AnErrorLeavesNothingBehind) {
  const test::TemporaryFolder f;
  const DrawnSet set{.train = 4, .validation = 2, .seed = 1};
  EXPECT_THROW(
      make_drawn(drawn_folder(f.path(), set), set, [](std::size_t, std::size_t) { throw Error(ExitCode::failed, "stop"); }), Error);
  EXPECT_TRUE(fs::is_empty(f.path()));
  test::write_file(f.path() / "file", {1});
  EXPECT_THROW(make_drawn(f.path() / "file/below", set), Error);
}

}  // namespace
}  // namespace cnnbench
