#include "train/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/safetensors.hpp"
#include "network/kernel_choice.hpp"
#include "support/temporary_folder.hpp"
#include "support/tensor.hpp"

namespace cnnbench {
namespace {

CheckpointInfo example() {
  CheckpointInfo info{.experiment = {}, .class_names = {"cat", "dog"}, .epoch = 1, .val_accuracy = {}};
  info.experiment.model.preset = "catdog_original";
  info.experiment.data.image_size = square(64);
  return info;
}

// Down to the last bit: with the operations that it was trained with.
TEST(Checkpoint, ComputesAsTheNetworkThatWasSaved) {
  at::manual_seed(1);
  const test::TemporaryFolder folder;
  const at::Tensor x = at::rand({3, 3, 64, 64}).contiguous(at::MemoryFormat::ChannelsLast);
  for (const auto& [profile, convolution] : {std::pair{Profile::tutorial, "auto"}, std::pair{Profile::automatic, "library"},
                                             std::pair{Profile::automatic, "own:pool_1"}, std::pair{Profile::automatic, "own"}}) {
    CheckpointInfo info = example();
    Experiment& e = info.experiment;
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
  CheckpointInfo info = example();
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
  CheckpointInfo info = example();
  const Network network = build_network(plan_network(info.experiment.model, {64, 64}, 2), 1, at::kCPU);
  info.experiment.data.image_size = square(4096);
  save_checkpoint(folder.path() / "n.safetensors", network, info);
  EXPECT_THAT(fault_of(folder.path() / "n.safetensors"), testing::HasSubstr("describes a network of "));
}

TEST(Checkpoint, WhatItsDescriptionSaysWronglyIsNamed) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "n.safetensors";
  CheckpointInfo info = example();
  const Network network = build_network(plan_network(info.experiment.model, {64, 64}, 2), 1, at::kCPU);
  save_checkpoint(file, network, info);
  const auto with = [&](const std::string& description) {
    const Safetensors stored = read_safetensors(file);
    std::map<std::string, std::string> metadata = stored.metadata();
    metadata.at("cnnbench") = description;
    write_safetensors(folder.path() / "changed.safetensors", stored.tensors(), metadata);
    return fault_of(folder.path() / "changed.safetensors");
  };
  const auto whole = nlohmann::json::parse(read_safetensors(file).metadata().at("cnnbench"));
  const auto changed = [&](const char* key, const nlohmann::json& value) {
    nlohmann::json json = whole;
    json[key] = value;
    return with(json.dump());
  };
  EXPECT_EQ(with(whole.dump()), "");
  EXPECT_THAT(with("{"), testing::HasSubstr("its description is damaged (no JSON)"));
  EXPECT_THAT(changed("version", 2), testing::HasSubstr("is of version 2, this program reads 1"));
  EXPECT_THAT(changed("epoch", "one"), testing::HasSubstr("its description is damaged ("));
  EXPECT_THAT(changed("experiment", 7), testing::HasSubstr("its description is damaged ("));
  EXPECT_THAT(changed("class_names", {"cat"}), testing::HasSubstr("names fewer than two classes"));
  EXPECT_THAT(changed("class_names", {"cat", "dog", "cow"}), testing::HasSubstr("does not fit the network"));
}

}  // namespace
}  // namespace cnnbench
