#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cnnbench/core/error.hpp"
#include "cnnbench/data/dataset.hpp"
#include "cnnbench/data/encode_jpeg.hpp"
#include "support/pictures.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::size_t record = 3073, file_bytes = 30'730'000;

// A file of the official size, all zeros where nothing is written: it takes no room on the disk.
class BatchFile {
 public:
  explicit BatchFile(const fs::path& path) : path_(path) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary).put('\0');
    fs::resize_file(path, file_bytes);
  }
  void put(std::size_t offset, const std::vector<std::uint8_t>& bytes) {
    std::fstream out(path_, std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(static_cast<std::streamoff>(offset));
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

DataConfig config_for(const fs::path& path) {
  DataConfig c;
  c.kind = DataKind::cifar10;
  c.path = path;
  c.image_size = square(32);
  return c;
}

std::string error_of(const DataConfig& config) {
  try {
    open_splits(config);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::usage);
    EXPECT_THAT(e.remedy(), HasSubstr("scripts/get_data.sh cifar10"));
    return e.what();
  }
  return "no error";
}

class Cifar10 : public testing::Test {
 protected:
  test::TemporaryFolder folder;
  BatchFile train{folder.path() / "data_batch_2.bin"}, validation{folder.path() / "test_batch.bin"};
};

TEST_F(Cifar10, ReadsLabelsAndInterleavesPlanes) {
  std::vector<std::uint8_t> bytes(record);
  bytes[0] = 7;
  for (std::size_t i = 0; i < 3072; ++i) bytes[1 + i] = static_cast<std::uint8_t>(i / 1024 * 50 + i % 32);
  train.put(17 * record, bytes);
  const Splits s = open_splits(config_for(folder.path()));
  EXPECT_EQ(s.train.count(), 10'000u) << "one of the five batches is enough";
  EXPECT_EQ(s.train.labels[17], 7);
  EXPECT_EQ(s.train.labels[18], 0);
  EXPECT_EQ(s.train.names[17], "data_batch_2.bin#17");
  EXPECT_EQ(s.train.class_names[7], "horse");
  Bytes stored;
  s.train.fetch(17, stored);
  EXPECT_EQ(stored, Bytes(bytes.begin() + 1, bytes.end()));
  test::Picture out({32, 32}), half({16, 16});
  s.train.decode(17, stored, out.span());
  for (std::size_t x = 0; x < 32; ++x)
    for (std::size_t c = 0; c < 3; ++c) ASSERT_EQ(out.pixels[(5 * 32 + x) * 3 + c], c * 50 + x);
  s.train.decode(17, stored, half.span());
  EXPECT_EQ(half, test::nearest(out, {16, 16}));
}

TEST_F(Cifar10, TheArchivesOwnFolderIsFound) {
  BatchFile a(folder.path() / "x/cifar-10-batches-bin/data_batch_1.bin"),
      b(folder.path() / "x/cifar-10-batches-bin/test_batch.bin");
  EXPECT_EQ(open_splits(config_for(folder.path() / "x")).validation.count(), 10'000u);
}

TEST_F(Cifar10, LimitsTakeTheSameNumberOfEachClass) {
  for (std::size_t i = 0; i < 40; ++i) {
    train.put(i * record, {static_cast<std::uint8_t>(i % 10)});
    validation.put(i * record, {static_cast<std::uint8_t>(i % 10)});
  }
  DataConfig c = config_for(folder.path());
  c.limit_train = 20;
  const Splits s = open_splits(c);
  EXPECT_EQ(s.train.names.back(), "data_batch_2.bin#19");
  EXPECT_EQ(std::count(s.train.labels.begin(), s.train.labels.end(), 3), 2);
}

TEST_F(Cifar10, AnyOtherSizeIsAnErrorWithFileAndOffset) {
  fs::resize_file(train.path(), file_bytes - 1);
  EXPECT_THAT(error_of(config_for(folder.path())), HasSubstr("data_batch_2.bin: the file ends at offset 30729999, in record 9999"));
  fs::resize_file(train.path(), file_bytes - record);  // whole records, but not 10,000
  EXPECT_THAT(error_of(config_for(folder.path())), HasSubstr("ends at offset 30726927"));
  fs::resize_file(train.path(), 0);
  EXPECT_THAT(error_of(config_for(folder.path())), HasSubstr("ends at offset 0"));
  fs::resize_file(train.path(), file_bytes + 5);
  EXPECT_THAT(error_of(config_for(folder.path())), HasSubstr("data_batch_2.bin: 5 bytes too many from offset 30730000"));
}

TEST_F(Cifar10, LabelTenIsAnErrorWithItsOffset) {
  validation.put(1234 * record, {10});
  EXPECT_THAT(error_of(config_for(folder.path())), HasSubstr("test_batch.bin: label 10 at offset 3792082"));
}

TEST_F(Cifar10, AFileThatShrinksWhileItIsReadIsAnError) {
  const Splits s = open_splits(config_for(folder.path()));
  fs::resize_file(train.path(), 100 * record);
  Bytes stored;
  s.train.fetch(99, stored);
  EXPECT_THROW(s.train.fetch(100, stored), Error);
}

TEST(Cifar10Folder, MissingFilesAreNamed) {
  const test::TemporaryFolder f;
  EXPECT_THAT(error_of(config_for(f.path())), HasSubstr("no CIFAR-10 files"));
  fs::create_directories(f.path() / "cifar-10-batches-py");
  EXPECT_THAT(error_of(config_for(f.path())), HasSubstr("Python version"));
  const BatchFile batch(f.path() / "data_batch_1.bin");
  EXPECT_THAT(error_of(config_for(f.path())), HasSubstr("no test_batch.bin"));
}

TEST(Cifar10Folder, FoldersOfPicturesAreReadAsWell) {
  const test::TemporaryFolder f;
  for (const char* part : {"train", "test"})
    for (const char* name : {"frog", "airplane"})
      test::write_file(f.path() / part / name / "1.png", test::encode_png(test::blotches({32, 32}, 1)));
  const Splits s = open_splits(config_for(f.path()));
  EXPECT_THAT(s.train.class_names, testing::ElementsAre("airplane", "frog"));
  EXPECT_EQ(s.validation.count(), 2u);
}

}  // namespace
}  // namespace cnnbench
