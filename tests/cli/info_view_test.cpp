#include "cnnbench/cli/info_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/measure/machine.hpp"
#include "cnnbench/measure/software.hpp"

namespace cnnbench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::ordered_json;

TEST(InfoValue, HasTheUnitThatItsKeySays) {
  EXPECT_EQ(info_value("memory_total_bytes", 25276518400), "23.5 GiB");
  EXPECT_EQ(info_value("cpu_l1d_bytes", 49152), "48 KiB");
  EXPECT_EQ(info_value("swap_free_bytes", 0), "0 B");
  EXPECT_EQ(info_value("cpu_mhz", 2596), "2596 MHz");
  EXPECT_EQ(info_value("power_limit_w", 700.0), "700 W");
  EXPECT_EQ(info_value("uptime_seconds", 59.0), "0 min");
  EXPECT_EQ(info_value("uptime_seconds", 9179.5), "2 h 32 min");
  EXPECT_EQ(info_value("uptime_seconds", 1e6), "11 days");
  EXPECT_EQ(info_value("smt", false), "no");
  EXPECT_EQ(info_value("smt", nullptr), "-");
  EXPECT_EQ(info_value("cpu_flags", Json::array()), "none");
  EXPECT_EQ(info_value("cpu_flags", {"avx2", "fma"}), "avx2 fma");
}

Json record(const std::string& nvml) {
  return {
      {"build", {{"version", "1"}}},
      {"torch", {{"libtorch", nullptr}, {"problem", nullptr}}},
      {"machine", machine_record("/no/such/folder", nvml)},
      {"data", {{"folder", "data"}}},
      {"software", software_record([](const char* name) { return std::string_view(name) == "OMP_NUM_THREADS" ? "3" : nullptr; })}};
}

TEST(InfoText, GroupsWhatBelongsTogetherAndSaysWhatIsUnknown) {
  const std::string text = info_text(record("no-such-library.so"));
  for (const char* heading : {"Build\n", "\n\nlibtorch\n", "\n\nProcessor\n", "\n\nMemory\n", "\n\nSystem\n", "\n\nNVIDIA\n",
                              "\n\nData\n", "\n\nLibraries\n", "\n\nEnvironment\n"})
    EXPECT_THAT(text, HasSubstr(heading));
  EXPECT_THAT(text, HasSubstr("\n  model                    -\n"));
  EXPECT_THAT(text, HasSubstr("\n  cores by cgroup quota    none\n"));
  EXPECT_THAT(text, HasSubstr("\n  no energy because        the kernel shows no RAPL"));
  EXPECT_THAT(text, HasSubstr("\n  OMP_NUM_THREADS          3\n"));
  EXPECT_THAT(text, HasSubstr("\n  not set                  OMP_PROC_BIND OMP_PLACES"));
  EXPECT_THAT(text, HasSubstr("\n  GPUs                     -\n"));
  EXPECT_THAT(text, Not(HasSubstr("problem")));
  EXPECT_NE(text.back(), '\n');
}

TEST(InfoText, GivesEachGpuAHeading) {
  const std::string text = info_text(record(FAKE_NVML_LIBRARY));
  EXPECT_THAT(text, HasSubstr("\n  driver                   580.12\n"));
  EXPECT_THAT(text, HasSubstr("\n\nGPU 0\n  name                     Fake GPU 0\n"));
  EXPECT_THAT(text, HasSubstr("\n\nGPU 1\n"));
}

}  // namespace
}  // namespace cnnbench
