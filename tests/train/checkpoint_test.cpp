#include "train/checkpoint.hpp"

#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

// Down to the last bit: with the operations that it was trained with.
TEST(Checkpoint, ComputesAsTheNetworkThatWasSaved) {
  torch::manual_seed(1);
  const test::TemporaryFolder folder;
  const at::Tensor x = at::rand({3, 3, 64, 64}).contiguous(at::MemoryFormat::ChannelsLast);
  for (const auto& [profile, convolution] : {std::pair{Profile::tutorial, "auto"}, std::pair{Profile::automatic, "library"},
                                             std::pair{Profile::automatic, "own:pool_1"}, std::pair{Profile::automatic, "own"}}) {
    CheckpointInfo info{.experiment = {}, .class_names = {"cat", "dog"}, .epoch = 1, .val_accuracy = {}};
    Experiment& e = info.experiment;
    e.model.preset = "catdog_original";
    e.data.image_size = 64;
    e.train.profile = profile;
    e.train.convolution = convolution;
    const Network trained = build_network(plan_network(e.model, {64, 64}, 2), 1, at::kCPU, kernels_of(e.train));
    save_checkpoint(folder.path() / "network.safetensors", trained, info);
    const Checkpoint read = load_checkpoint(folder.path() / "network.safetensors", at::kCPU);
    EXPECT_EQ(read.info.experiment, e);
    EXPECT_TRUE(at::equal(read.network.forward(x, false), trained.forward(x, false)));
  }
}

}  // namespace
}  // namespace cnnbench
