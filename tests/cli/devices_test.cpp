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

TEST(Devices, EachRankHasAGpuOfItsOwn) {
  EXPECT_EQ(device_of_rank("cuda", gpus(4), 2, 4), "cuda:2");
  EXPECT_EQ(device_of_rank("auto", gpus(4), 1, 2), "cuda:1");
  EXPECT_EQ(device_of_rank("auto", gpus(1), 3, 4), "cuda:0") << "the launcher shows each its own";
  EXPECT_EQ(device_of_rank("auto", gpus(0), 1, 2), "auto");
  EXPECT_EQ(device_of_rank("cuda:3", gpus(4), 1, 2), "cuda:3");
  EXPECT_EQ(device_of_rank("cpu", gpus(4), 1, 2), "cpu");
  EXPECT_THROW(device_of_rank("auto", gpus(2), 0, 4), Error);
}

TEST(Devices, AbsentOnesAndNonsenseHaveTheirExitCodes) {
  EXPECT_EQ(code_of("cuda", 0), ExitCode::no_device);
  EXPECT_EQ(code_of("cpu,cuda", 0), ExitCode::no_device);
  EXPECT_EQ(code_of("cuda:2", 2), ExitCode::no_device);
  for (const char* nonsense : {"tpu", "cuda:", "cuda:x", "cuda:1x", "", "cpu,", "cuda:-1"})
    EXPECT_EQ(code_of(nonsense, 2), ExitCode::usage) << nonsense;
}

// What the driver says beside what libtorch says.
nlohmann::ordered_json machine(int count, const char* cuda) {
  nlohmann::ordered_json m{{"gpus", nlohmann::ordered_json::array()}, {"gpu_cuda_version", nullptr}};
  if (cuda != nullptr) m["gpu_cuda_version"] = cuda;
  for (int i = 0; i < count; ++i) m["gpus"].push_back({{"name", "NVIDIA X"}});
  return m;
}
nlohmann::ordered_json torch_with(const char* cuda) {
  nlohmann::ordered_json info = gpus(0);
  info["cuda_version"] = nullptr;
  if (cuda != nullptr) info["cuda_version"] = cuda;
  return info;
}

TEST(WildDevices, WhyTorchUsesNoGpuThatTheDriverShows) {
  using testing::HasSubstr;
  EXPECT_THAT(why_no_gpu(machine(1, "12.4"), torch_with("13.0"), nullptr),
              "the driver shows a GPU (NVIDIA X), but libtorch uses none (the driver knows CUDA 12.4, libtorch needs CUDA 13.0: "
              "update the driver, "
              "or install a torch for CUDA 12)");
  EXPECT_THAT(why_no_gpu(machine(2, "13.0"), torch_with(nullptr), nullptr),
              HasSubstr("2 GPUs (NVIDIA X), but libtorch uses none (this libtorch was built without CUDA"));
  EXPECT_THAT(why_no_gpu(machine(1, "13.0"), torch_with("13.0"), ""), HasSubstr("CUDA_VISIBLE_DEVICES is set and empty"));
  EXPECT_THAT(why_no_gpu(machine(1, "13.0"), torch_with("13.0"), "-1"), HasSubstr("CUDA_VISIBLE_DEVICES=-1 hides every GPU"));
  EXPECT_THAT(why_no_gpu(machine(1, "13.0"), torch_with("13.0"), "7"), HasSubstr("CUDA_VISIBLE_DEVICES=7 may name none of them"));
  EXPECT_THAT(why_no_gpu(machine(1, "13.0"), torch_with("13.0"), nullptr), HasSubstr("why is not known"));
  EXPECT_EQ(why_no_gpu(machine(0, nullptr), torch_with(nullptr), nullptr), "") << "no GPU";
  EXPECT_EQ(why_no_gpu({{"gpus", nullptr}}, torch_with("13.0"), nullptr), "") << "no driver";
  EXPECT_EQ(why_no_gpu(machine(1, "13.0"), gpus(1), nullptr), "") << "it uses it";
  try {
    resolve_devices("cuda", torch_with(nullptr), why_no_gpu(machine(1, "13.0"), torch_with(nullptr), nullptr));
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("no CUDA GPU is usable here: the driver shows a GPU (NVIDIA X)"));
  }
}

}  // namespace
}  // namespace cnnbench
