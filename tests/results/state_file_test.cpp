#include "cnnbench/results/state_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "cnnbench/core/error.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const float numbers[] = {1, 2, 3};
const std::int64_t count = 7;

void write(const fs::path& file) {
  RunState run;
  run.epoch = 2;
  run.step = 3;
  write_state(file,
              {{"weights.conv_1.weight", "F32", {3}, std::as_bytes(std::span(numbers))},
               {"optimizer.steps", "I64", {}, std::as_bytes(std::span(&count, 1))}},
              run);
}

// Empty: it is read.
std::string fault_of(const fs::path& file) {
  try {
    read_state(file);
    return "";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::failed);
    EXPECT_FALSE(e.remedy().empty());
    return e.what();
  }
}

TEST(StateFile, ComesBackAsItWas) {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / state_file_name(12);
  EXPECT_EQ(file.filename(), "state-00000012.safetensors");
  write(file);
  const SavedState saved = read_state(file);
  EXPECT_EQ(saved.run.epoch, 2);
  EXPECT_EQ(saved.run.step, 3U);
  EXPECT_TRUE(std::ranges::equal(saved.tensors.at("weights.conv_1.weight").bytes, std::as_bytes(std::span(numbers))));
  EXPECT_TRUE(std::ranges::equal(saved.tensors.at("optimizer.steps").bytes, std::as_bytes(std::span(&count, 1))));
}

TEST(StateFile, EveryBitThatIsNotAsWrittenIsFoundAndTheFileNamed) {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / state_file_name(1);
  write(file);
  const std::string whole = folder.get(file.filename());
  std::uint64_t header = 0;
  std::memcpy(&header, whole.data(), sizeof header);
  for (std::size_t byte = 0; byte < whole.size(); ++byte)
    for (int bit = 0; bit < 8; ++bit) {
      if (byte >= sizeof header + header && bit != static_cast<int>(byte % 8)) continue;  // a CRC knows no difference
      std::string changed = whole;
      changed[byte] = static_cast<char>(changed[byte] ^ (1 << bit));
      folder.put(file.filename(), changed);
      ASSERT_THAT(fault_of(file), HasSubstr(file.string())) << byte << " " << bit;
    }
}

TEST(StateFile, TheTensorThatIsDamagedIsNamed) {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / state_file_name(1);
  write(file);
  std::string text = folder.get(file.filename());
  const std::string_view bytes(reinterpret_cast<const char*>(numbers), sizeof numbers);
  text[text.find(bytes) + 5] ^= 4;
  folder.put(file.filename(), text);
  EXPECT_EQ(fault_of(file), file.string() + " is damaged: its tensor weights.conv_1.weight is not as it was written");
}

TEST(StateFile, EveryTruncationIsFound) {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / state_file_name(1);
  write(file);
  const std::string whole = folder.get(file.filename());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    folder.put(file.filename(), whole.substr(0, size));
    ASSERT_THAT(fault_of(file), StartsWith(file.string())) << size;
  }
}

TEST(StateFile, AnotherKindOfFileIsNoState) {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / state_file_name(1);
  write_safetensors(file, {{"conv_1.weight", "F32", {3}, std::as_bytes(std::span(numbers))}}, {{"cnnbench", "{}"}});
  EXPECT_EQ(fault_of(file), file.string() + " is damaged: it has no checksums");
}

TEST(StateFile, OfADamagedOneTheOneBeforeIsTheRemedy) {
  const test::TemporaryFolder folder;
  const fs::path older = folder.path() / state_file_name(1), newer = folder.path() / state_file_name(2);
  write(older);
  folder.put(newer.filename(), "nothing");
  try {
    read_state(newer);
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.remedy(), HasSubstr(older.string()));
  }
}

TEST(StateFiles, TheNewestIsFirstAndOthersAreNoStates) {
  const test::TemporaryFolder folder;
  for (const char* name : {"state-00000009.safetensors", "state-00000010.safetensors", "state-100000000.safetensors",
                           "best.safetensors", "state-.safetensors", "state-1x.safetensors", ".state-00000011.safetensors.1-0.tmp"})
    folder.put(name, "");
  EXPECT_THAT(state_files(folder.path()),
              ElementsAre(folder.path() / "state-100000000.safetensors", folder.path() / "state-00000010.safetensors",
                          folder.path() / "state-00000009.safetensors"));
}

TEST(StateFiles, TheLastOnesAreKeptAndThoseOfAnotherCourseGo) {
  const test::TemporaryFolder folder;
  for (const std::uint64_t step : {1, 2, 3, 4, 9}) folder.put(state_file_name(step), "");
  remove_old_states(folder.path() / state_file_name(4), 2);
  EXPECT_THAT(state_files(folder.path()), ElementsAre(folder.path() / state_file_name(4), folder.path() / state_file_name(3)));
}

}  // namespace
}  // namespace cnnbench
