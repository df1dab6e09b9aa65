// Faults between settings. Types and limits of single keys are read.cpp's; whether layers fit the picture is plan.cpp's.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "cnnbench/config/interval.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/config/own_layers.hpp"
#include "cnnbench/core/image_json.hpp"
#include "cnnbench/data/kinds.hpp"
#include "cnnbench/model/plan.hpp"
#include "words.hpp"

namespace cnnbench {
namespace {

using config::in_quotes;
using config::number_text;
using Issues = std::vector<Issue>;

void add(Issues& issues, std::string pointer, std::string problem) {
  issues.push_back({"", std::move(pointer), std::move(problem)});
}

void check_name(const std::string& name, Issues& issues) {
  // It becomes part of a folder's name.
  if (name.size() > 100) add(issues, "/name", fmt::format("{} characters are too many (100 at most)", name.size()));
  if (name.find('/') != name.npos || name.starts_with('.'))
    add(issues, "/name", in_quotes(name) + " names a folder: it may not hold '/' or begin with '.'");
}

void check_range(const std::optional<Range>& range, const std::string& pointer, Issues& issues) {
  if (range && (*range)[0] > (*range)[1])
    add(issues, pointer, fmt::format("low is above high: [{}, {}]", number_text((*range)[0]), number_text((*range)[1])));
}

void check_data(const Experiment& e, Issues& issues) {
  const DataConfig& data = e.data;
  const std::string size = size_text(data.image_size);
  const KindOfData& kind = kind_of_data(data.kind);
  if (kind.side > 0 && data.image_size != square(kind.side))
    add(issues, "/data/image_size",
        fmt::format("the pictures of kind {0} are {1}x{1}, got {2}: set it to {1}", name_of(data.kind), kind.side, size));
  if (kind.reads_files() && data.path.empty() && data.fallback == Fallback::none)
    add(issues, "/data/path", fmt::format("is missing: kind {} reads its pictures from there", name_of(data.kind)));
  if (e.augment.crop > std::min(data.image_size.height, data.image_size.width))
    add(issues, "/augment/crop", fmt::format("{} is larger than the pictures (data.image_size {})", e.augment.crop, size));
  check_range(e.augment.brightness, "/augment/brightness", issues);
  check_range(e.augment.contrast, "/augment/contrast", issues);
  for (const auto& [given, key] : {std::pair{e.augment.samplewise_center, "samplewise_center"},
                                   std::pair{e.augment.samplewise_std_normalization, "samplewise_std_normalization"}})
    if (given && e.augment.standardize)
      add(issues, fmt::format("/augment/{}", key), "standardize does that already, per picture: leave one of them out");
}

constexpr std::string_view network = "/model/layers";

void check_layers(const std::vector<LayerConfig>& layers, const std::string& pointer, Issues& issues) {
  const bool ends_in_loss = pointer == network && loss_activation_of(layers) == Activation::softmax;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const LayerConfig& layer = layers[i];
    const std::string here = fmt::format("{}/{}", pointer, i);
    if (layer.type == LayerType::conv && layer.filters < 1)
      add(issues, here + "/filters", "a conv layer needs filters, such as 32");
    if (layer.type == LayerType::conv && layer.filters % layer.groups != 0)
      add(issues, here + "/groups", fmt::format("{} groups do not divide {} filters", layer.groups, layer.filters));
    if (layer.type == LayerType::activation && layer.activation == Activation::none)
      add(issues, here + "/activation", "an activation layer needs an activation, such as relu");
    if (layer.activation == Activation::softmax && !(ends_in_loss && i + 2 >= layers.size()))
      add(issues, here + "/activation", "softmax is understood as the last layer's alone, where it is part of the loss");
    if (layer.type == LayerType::residual && layer.layers.empty())
      add(issues, here + "/layers", "a residual layer needs the layers of its branch");
    check_layers(layer.layers, here + "/layers", issues);
  }
}

void check_model(const ModelConfig& model, Issues& issues) {
  const std::vector<std::string> presets = preset_names();
  if (!model.preset.empty() && std::find(presets.begin(), presets.end(), model.preset) == presets.end())
    add(issues, "/model/preset", "there is no network " + in_quotes(model.preset) + config::nearest_hint(model.preset, presets));
  if (model.preset.empty() && model.layers.empty())
    add(issues, "/model", "no network: give model.preset (" + config::joined(presets) + ") or model.layers");
  if (!model.preset.empty() && !model.layers.empty()) add(issues, "/model", "preset and layers are both given: leave one out");
  check_layers(model.layers, std::string(network), issues);
}

void check_end(const Experiment& e, Issues& issues) {
  if (e.model.layers.empty()) return;
  if (const auto fault = fault_of_end(e.model.layers, kind_of_data(e.data.kind).classes(e.data)))
    add(issues, std::string(network) + fault->pointer, fmt::format("{} ({})", fault->problem, fault->remedy));
}

bool is_device(std::string_view text) {
  if (text == "auto" || text == "cpu" || text == "cuda") return true;
  if (!text.starts_with("cuda:")) return false;
  text.remove_prefix(5);
  return !text.empty() && text.size() <= 3 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

void check_device(const std::string& devices, Issues& issues) {
  std::set<std::string> seen;
  for (std::size_t at = 0; at <= devices.size();) {
    const auto end = std::min(devices.find(',', at), devices.size());
    const std::string device = devices.substr(at, end - at);
    if (!is_device(device))
      add(issues, "/train/device",
          in_quotes(device) + " is no device (auto, cpu, cuda, cuda:N, or several with commas and no blanks)");
    else if (!seen.insert(device).second)
      add(issues, "/train/device", in_quotes(device) + " is given twice");
    at = end + 1;
  }
}

void check_train(const TrainConfig& train, Issues& issues) {
  check_device(train.device, issues);
  if (!read_own_layers(train.convolution))
    add(issues, "/train/convolution",
        in_quotes(train.convolution) + " is none of auto, own, library and own:LAYER+LAYER (such as own:conv_2+pool_3)");
  if (!read_interval(train.checkpoint_every))
    add(issues, "/train/checkpoint_every",
        in_quotes(train.checkpoint_every) + " is no interval (\"30 s\", \"200 steps\", \"1 epoch\", or a number of epochs)");
  if (train.nesterov && (train.optimizer != OptimizerKind::sgd || train.momentum == 0))
    add(issues, "/train/nesterov", "needs optimizer sgd with a momentum above 0");
  if (train.schedule == ScheduleKind::step && train.schedule_epochs == 0)
    add(issues, "/train/schedule_epochs", "schedule step needs the epochs between two changes");
  if (train.graph == GraphMode::on && train.global_batch_size > 0)
    add(issues, "/train/graph", "a step that adds up the gradients of several batches is no CUDA graph: leave train.graph at auto");
  if (train.graph == GraphMode::on && train.profile == Profile::tutorial)
    add(issues, "/train/graph", "the tutorial's profile runs plain steps: leave train.graph at auto");
  if (train.validate_every <= 0 && train.early_stop_patience > 0)
    add(issues, "/train/early_stop_patience",
        fmt::format("needs validations on the way: validate_every is {}", train.validate_every));
  if (train.validate_every <= 0 && train.target_accuracy > 0)
    add(issues, "/train/target_accuracy", fmt::format("needs validations on the way: validate_every is {}", train.validate_every));
}

}  // namespace

std::vector<Issue> validate(const Experiment& e) {
  Issues issues;
  check_name(e.name, issues);
  check_data(e, issues);
  check_model(e.model, issues);
  check_end(e, issues);
  check_train(e.train, issues);
  if (e.train.global_batch_size % e.loader.batch_size != 0)
    add(issues, "/train/global_batch_size",
        fmt::format("{} is no multiple of loader.batch_size ({}), whose gradients it adds up", e.train.global_batch_size,
                    e.loader.batch_size));
  if (e.loader.cache == CacheMode::device && e.augment.on == AugmentOn::cpu)
    add(issues, "/augment/on", "pictures kept on the device (loader.cache) are augmented there: leave augment.on at auto");
  return issues;
}

}  // namespace cnnbench
