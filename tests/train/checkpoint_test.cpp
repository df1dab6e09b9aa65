#include "train/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "cnnbench/core/error.hpp"
#include "network/kernel_choice.hpp"
#include "support/temporary_folder.hpp"
#include "support/tensor.hpp"

namespace cnnbench {
namespace {

// Down to the last bit: with the operations that it was trained with.
TEST(Checkpoint, ComputesAsTheNetworkThatWasSaved) {
  at::manual_seed(1);
  const test::TemporaryFolder folder;
  const at::Tensor x = at::rand({3, 3, 64, 64}).contiguous(at::MemoryFormat::ChannelsLast);
  for (const auto& [profile, convolution] : {std::pair{Profile::tutorial, "auto"}, std::pair{Profile::automatic, "library"},
                                             std::pair{Profile::automatic, "own:pool_1"}, std::pair{Profile::automatic, "own"}}) {
    CheckpointInfo info{.experiment = {}, .class_names = {"cat", "dog"}, .epoch = 1, .val_accuracy = {}};
    Experiment& e = info.experiment;
    e.model.preset = "catdog_original";
    e.data.image_size = square(64);
    e.train.profile = profile;
    e.train.convolution = convolution;
    const Network trained = build_network(plan_network(e.model, {64, 64}, 2), 1, at::kCPU, kernels_of(e.train));
    save_checkpoint(folder.path() / "network.safetensors", trained, info);
    const Checkpoint read = load_checkpoint(folder.path() / "network.safetensors", at::kCPU);
    EXPECT_EQ(read.info.experiment, e);
    EXPECT_TRUE(at::equal(read.network.forward(x, false), trained.forward(x, false)));
  }
}

std::string fault_of(const std::filesystem::path& file) {
  try {
    load_checkpoint(file, at::kCPU);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

TEST(Checkpoint, WeightsThatAreNoNumbersAreRefusedByName) {
  const test::TemporaryFolder folder;
  CheckpointInfo info{.experiment = {}, .class_names = {"cat", "dog"}, .epoch = 1, .val_accuracy = {}};
  info.experiment.model.preset = "catdog_original";
  info.experiment.data.image_size = square(64);
  Network network = build_network(plan_network(info.experiment.model, {64, 64}, 2), 1, at::kCPU);
  const auto file = folder.path() / "n.safetensors";
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    network.parameters[0].value.data_ptr<float>()[3] = static_cast<float>(bad);
    save_checkpoint(file, network, info);
    EXPECT_THAT(fault_of(file), testing::HasSubstr("its tensor " + network.parameters[0].name + " holds what is no number"));
  }
}

// 3 MB that describe gigabytes.
TEST(Checkpoint, AnotherPictureSizeIsFoundBeforeMemoryIsTaken) {
  const test::TemporaryFolder folder;
  CheckpointInfo info{.experiment = {}, .class_names = {"cat", "dog"}, .epoch = 1, .val_accuracy = {}};
  info.experiment.model.preset = "catdog_original";
  info.experiment.data.image_size = square(64);
  const Network network = build_network(plan_network(info.experiment.model, {64, 64}, 2), 1, at::kCPU);
  info.experiment.data.image_size = square(4096);
  save_checkpoint(folder.path() / "n.safetensors", network, info);
  EXPECT_THAT(fault_of(folder.path() / "n.safetensors"), testing::HasSubstr("describes a network of "));
}

}  // namespace
}  // namespace cnnbench
