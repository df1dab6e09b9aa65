#include "train/checkpoint.hpp"

#include <fmt/format.h>

#include <map>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/core/read_json.hpp"
#include "cnnbench/core/safetensors.hpp"
#include "cnnbench/pipeline/draw.hpp"
#include "network/kernel_choice.hpp"
#include "train/snapshot.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* metadata_key = "cnnbench";
constexpr int checkpoint_version = 1;

[[noreturn]] void unusable(const fs::path& file, const std::string& problem) {
  throw Error(ExitCode::failed, fmt::format("{}: {}", file.string(), problem),
              "give a best.safetensors or last.safetensors of a cnnbench run");
}

// Every tensor of the network by name, float32.
std::map<std::string, at::Tensor> state_of(const Network& network) {
  std::map<std::string, at::Tensor> state;
  for (const Parameter& p : network.parameters) state.emplace(p.name, p.value.detach());
  for (const Buffer& b : network.buffers) state.emplace(b.name, b.value);
  return state;
}

}  // namespace

WriteCheckpoint checkpoint_of(const Network& network, const CheckpointInfo& info) {
  Snapshot weights;
  for (const auto& [name, value] : state_of(network)) weights.add(name, value);
  const Json metadata{{"version", checkpoint_version},
                      {"epoch", info.epoch},
                      {"val_accuracy", info.val_accuracy ? Json(*info.val_accuracy) : Json(nullptr)},
                      {"class_names", info.class_names},
                      {"experiment", to_json(info.experiment)}};
  return [weights = std::move(weights), text = json_line(metadata)](const fs::path& file) {
    write_safetensors(file, weights.views(), {{metadata_key, text}, {"format", "pt"}});
  };
}

Checkpoint load_checkpoint(const fs::path& file, const at::Device& device) {
  const Safetensors stored = read_safetensors(file);
  const auto found = stored.metadata().find(metadata_key);
  if (found == stored.metadata().end()) unusable(file, "holds tensors, but nothing of cnnbench's");
  CheckpointInfo info;
  try {
    const nlohmann::json metadata = read_json<nlohmann::json>(found->second);
    if (metadata.is_discarded()) unusable(file, "its description is damaged (no JSON)");
    if (metadata.at("version") != checkpoint_version)
      unusable(file, fmt::format("is of version {}, this program reads {}", json_line(metadata.at("version")), checkpoint_version));
    info.epoch = metadata.at("epoch").get<int>();
    if (!metadata.at("val_accuracy").is_null()) info.val_accuracy = metadata.at("val_accuracy").get<double>();
    info.class_names = metadata.at("class_names").get<std::vector<std::string>>();
    info.experiment = experiment_from_json(metadata.at("experiment"));
  } catch (const nlohmann::json::exception& e) {
    unusable(file, fmt::format("its description is damaged ({})", e.what()));
  } catch (const Error& e) {
    unusable(file, fmt::format("its description is damaged ({})", e.what()));
  }
  if (info.class_names.size() < 2) unusable(file, "names fewer than two classes");

  const DataConfig& data = info.experiment.data;
  const ImageSize input = augmented_size(info.experiment.augment, data.image_size);
  const Plan plan = plan_network(info.experiment.model, input, static_cast<int>(info.class_names.size()));
  // Before memory is taken for what a few changed bytes say.
  if (static_cast<std::uint64_t>(plan.parameters()) * sizeof(float) > fs::file_size(file))
    unusable(file, fmt::format("describes a network of {} parameters, and holds fewer", plan.parameters()));
  Network network = build_network(plan, 0, device, kernels_of(info.experiment.train));
  const at::NoGradGuard no_grad;
  for (auto& [name, value] : state_of(network)) {
    const TensorView* view = stored.find(name);
    if (view == nullptr) unusable(file, fmt::format("lacks the tensor {}", name));
    if (view->dtype != "F32" || view->shape != value.sizes().vec())
      unusable(file, fmt::format("its tensor {} does not fit the network", name));
    const at::Tensor kept = at::from_blob(const_cast<std::byte*>(view->bytes.data()), value.sizes(), at::kFloat);
    if (!kept.isfinite().all().item<bool>()) unusable(file, fmt::format("its tensor {} holds what is no number", name));
    value.copy_(kept);
  }
  return {std::move(info), std::move(network)};
}

}  // namespace cnnbench
