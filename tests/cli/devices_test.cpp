#include "cnnbench/cli/devices.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

using testing::ElementsAre;

nlohmann::ordered_json gpus(int count) {
  nlohmann::ordered_json info{{"cuda_devices", nlohmann::ordered_json::array()}};
  for (int i = 0; i < count; ++i) info["cuda_devices"].push_back({{"name", "GPU"}});
  return info;
}

ExitCode code_of(const std::string& asked, int count) {
  try {
    resolve_devices(asked, gpus(count));
  } catch (const Error& e) {
    EXPECT_FALSE(e.remedy().empty());
    return e.code();
  }
  return ExitCode::ok;
}

TEST(Devices, AutoIsTheFirstGpuElseTheCpu) {
  EXPECT_THAT(resolve_devices("auto", gpus(2)), ElementsAre("cuda:0"));
  EXPECT_THAT(resolve_devices("auto", gpus(0)), ElementsAre("cpu"));
}

TEST(Devices, SeveralAreTakenInOrderEachOnce) {
  EXPECT_THAT(resolve_devices("cuda:1,cpu,cuda,cuda:0,cpu", gpus(2)), ElementsAre("cuda:1", "cpu", "cuda:0"));
}

TEST(Devices, AbsentOnesAndNonsenseHaveTheirExitCodes) {
  EXPECT_EQ(code_of("cuda", 0), ExitCode::no_device);
  EXPECT_EQ(code_of("cpu,cuda", 0), ExitCode::no_device);
  EXPECT_EQ(code_of("cuda:2", 2), ExitCode::no_device);
  for (const char* nonsense : {"tpu", "cuda:", "cuda:x", "cuda:1x", "", "cpu,", "cuda:-1"})
    EXPECT_EQ(code_of(nonsense, 2), ExitCode::usage) << nonsense;
}

}  // namespace
}  // namespace cnnbench
