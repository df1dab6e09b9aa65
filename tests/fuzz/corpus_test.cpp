// The fuzzers' targets on the inputs they begin with (corpus/TARGET), and on each of these cut off and changed: without clang, as
// any other test, and a hundred times as many changes with CNNBENCH_DEEP=1. Inputs called sound-* are read to the end; the others
// are refused, or were finds.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cnnbench/core/random.hpp"
#include "support/pictures.hpp"
#include "targets.hpp"

namespace cnnbench::fuzz {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

struct Seed {
  std::string name;
  Bytes bytes;
};

std::vector<Seed> corpus_of(std::string_view target) {
  std::vector<Seed> out;
  for (const auto& entry : fs::directory_iterator(fs::path(CNNBENCH_SOURCE_DIR) / "tests/fuzz/corpus" / target))
    out.push_back({entry.path().filename().string(), test::read_file(entry.path())});
  std::ranges::sort(out, {}, &Seed::name);
  return out;
}

// As libFuzzer does: bytes changed, left out, twice.
Bytes changed(Bytes bytes, RandomStream& random) {
  for (auto n = 1 + random.below(3); n > 0 && !bytes.empty(); --n) {
    const auto at = static_cast<std::ptrdiff_t>(random.below(bytes.size()));
    const auto length =
        std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(random.below(16)), static_cast<std::ptrdiff_t>(bytes.size()) - at);
    const Bytes piece(bytes.begin() + at, bytes.begin() + at + length);
    switch (random.below(4)) {
      case 0:
        bytes.erase(bytes.begin() + at, bytes.begin() + at + length);
        break;
      case 1:
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(random.below(bytes.size())), piece.begin(), piece.end());
        break;
      default:
        bytes[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(random.below(256));
    }
  }
  return bytes;
}

class FuzzCorpus : public ::testing::TestWithParam<Target> {};

TEST_P(FuzzCorpus, IsReadOrRefused) {
  int sound = 0;
  for (const auto& [name, bytes] : corpus_of(GetParam().name)) {
    SCOPED_TRACE(name);
    bool read = false;
    EXPECT_NO_THROW(read = GetParam().run(bytes));
    EXPECT_EQ(read, name.starts_with("sound-") || (read && name.starts_with("find-")));
    sound += read;
  }
  EXPECT_GE(sound, 2) << "too few that reach the end of what is fuzzed";
}

TEST_P(FuzzCorpus, CutOffAndChangedLikewise) {
  const bool slow = GetParam().name == "markup" || GetParam().name == "results";
  const std::uint64_t changes = (slow ? 10 : 30) * (std::getenv("CNNBENCH_DEEP") != nullptr ? 100 : 1);
  for (const auto& [name, bytes] : corpus_of(GetParam().name))
    for (std::uint64_t i = 0; i < changes; ++i) {
      RandomStream random{18, i};
      Bytes input = changed(bytes, random);
      if (i % 4 == 0) input.resize(random.below(input.size() + 1));
      EXPECT_NO_THROW(GetParam().run(input)) << name << ", change " << i;
    }
}

INSTANTIATE_TEST_SUITE_P(Of, FuzzCorpus, ::testing::ValuesIn(targets),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace cnnbench::fuzz
