#include "cnnbench/cli/known_samples.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cnnbench/core/error.hpp"
#include "cnnbench/results/repetition.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

Json sample(double ips) {
  RunResult r;
  r.images_per_second = ips;
  r.machine = {{"cpus_usable", 2}};
  return repetition_of(r);
}

TEST(KnownSamples, ASearchThatWasKilledMeasuresWhatItHasNot) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "tuned.json").string();
  int measured = 0;
  const auto measure = [&] { return sample(100 + measured++); };
  {
    KnownSamples first(file, false, {{"config", 1}});
    EXPECT_EQ(first.next({"a=1"}, measure)["ips"], 100);
    EXPECT_EQ(first.next({}, measure)["ips"], 101);
    EXPECT_EQ(first.next({"a=1"}, measure)["ips"], 102);
  }
  std::ofstream(file + ".samples", std::ios::app) << "{\"sets\": [], \"sam";  // killed amid a line
  EXPECT_THROW(KnownSamples(file, false, {{"config", 1}}), Error);
  EXPECT_THROW(KnownSamples(file, true, {{"config", 2}}), Error);
  KnownSamples again(file, true, {{"config", 1}});
  EXPECT_EQ(again.next({"a=1"}, measure)["ips"], 100);
  EXPECT_EQ(again.next({"a=1"}, measure)["ips"], 102);
  EXPECT_EQ(measured, 3);
  EXPECT_EQ(again.next({"a=1"}, measure)["ips"], 103);
  EXPECT_EQ(again.next({}, measure)["ips"], 101);
  again.remove();
  EXPECT_FALSE(std::filesystem::exists(file + ".samples"));
}

TEST(KnownSamples, WithoutAFileNothingIsKept) {
  KnownSamples none("", false, {});
  EXPECT_FALSE(none.are_kept());
  EXPECT_EQ(none.next({}, [] { return sample(7); })["ips"], 7);
}

}  // namespace
}  // namespace cnnbench
