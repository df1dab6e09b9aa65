#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/core/document.hpp"
#include "cnnbench/core/grouped.hpp"
#include "cnnbench/model/plan.hpp"

namespace cnnbench {
namespace {

std::string grouped(std::int64_t n) { return cnnbench::grouped(std::to_string(n)); }

std::string kind(const LayerConfig& c) {
  const auto activation = [&c] {
    return c.activation == Activation::none ? std::string() : fmt::format(" {}", name_of(c.activation));
  };
  const std::string padding = c.padding == Padding::same ? " same" : "";
  switch (c.type) {
    case LayerType::conv:
      return fmt::format("conv {0}x{0}{1}{2}{3}{4}{5}", c.kernel, c.stride > 1 ? fmt::format("/{}", c.stride) : "", padding,
                         c.dilation > 1 ? fmt::format(" dilation {}", c.dilation) : "",
                         c.groups > 1 ? fmt::format(" groups {}", c.groups) : "", activation());
    case LayerType::pool:
      if (c.pool == PoolKind::global_avg || c.pool == PoolKind::global_max) return fmt::format("{} pool", name_of(c.pool));
      return fmt::format("{0} pool {1}x{1}{2}{3}", name_of(c.pool), c.size, c.stride != c.size ? fmt::format("/{}", c.stride) : "",
                         padding);
    case LayerType::dense:
      return "dense" + activation();
    case LayerType::dropout:
      return fmt::format("dropout {}", c.rate);
    case LayerType::activation:
      return std::string(name_of(c.activation));
    case LayerType::lrn:
      return fmt::format("lrn radius {}", c.radius);
    case LayerType::residual:
      return "residual" + activation();
    default:  // a type without settings that tell much, and one that is new
      return std::string(name_of(c.type));
  }
}

using Row = std::array<std::string, 4>;

void add_rows(const std::vector<PlannedLayer>& layers, const std::string& indent, std::vector<Row>& rows) {
  for (const PlannedLayer& layer : layers) {
    const bool block = layer.config.type == LayerType::residual;
    // A block's own row carries only what is not in its branch, so that the column adds up.
    std::int64_t parameters = layer.parameters + layer.fixed_parameters, flops = layer.flops;
    for (const PlannedLayer& inner : layer.branch) {
      parameters -= inner.parameters + inner.fixed_parameters;
      flops -= inner.flops;
    }
    if (block) add_rows(layer.branch, indent + "  ", rows);
    rows.push_back(
        {fmt::format("{}{} ({})", indent, layer.name, kind(layer.config)), layer.out.str(), grouped(parameters), grouped(flops)});
  }
}

}  // namespace

template <>
struct Fields<PlannedLayer> {
  static constexpr std::string_view name = "layer", text = "One layer, or a block of them.";
  static void of(auto& layer, auto&& field) {
    using Layers = Maybe<std::vector<PlannedLayer>>;
    field("name", layer.name, "Unique; also the prefix of its parameters in checkpoints.");
    field("type", kind(layer.config), "In words, with what it was asked for.");
    field("output", layer.out.str(), "Its shape: (height, width, channels) or (features).");
    field("parameters", layer.parameters, "Trainable, of a block all of them.", not_negative);
    field("fixed_parameters", layer.fixed_parameters, "Not trainable: running statistics.", not_negative);
    field("flops", layer.flops, "Floating-point operations of a forward pass of one picture.", not_negative);
    field("layers", layer.branch.empty() ? Layers() : Layers(layer.branch), "Of a block: what is in it.");
  }
};

template <>
struct Fields<Plan> {
  static constexpr std::string_view name = "summary", text = "A network: layers, shapes, parameters, FLOP.";
  static constexpr int version = 1;
  static void of(auto& plan, auto&& field) {
    field("name", plan.name, "Preset, or custom.");
    field("input", plan.input.str(), "Shape of a picture: (height, width, channels).");
    field("outputs", plan.outputs, "1: binary, sigmoid; else one per class, softmax.", at_least_1);
    field("parameters", plan.parameters(), "Trainable.", not_negative);
    field("fixed_parameters", plan.fixed_parameters(), "Not trainable: running statistics.", not_negative);
    field("flops_per_image", plan.flops(), "Floating-point operations of a forward pass of one picture.", not_negative);
    field("layers", plan.layers, "In order.");
  }
};

std::string summary_table(const Plan& plan) {
  std::vector<Row> rows{{"Layer (type)", "Output Shape", "Param #", "FLOP"}};
  rows.push_back({"input", plan.input.str(), "0", "0"});
  add_rows(plan.layers, "", rows);
  std::array<std::size_t, 4> widths{};
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  const std::string rule(widths[0] + widths[1] + widths[2] + widths[3] + 9, '-');
  std::string text = fmt::format("Model: {}\n{}\n", plan.name, rule);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& r = rows[i];
    text += fmt::format("{:<{}} | {:<{}} | {:>{}} | {:>{}}\n", r[0], widths[0], r[1], widths[1], r[2], widths[2], r[3], widths[3]);
    if (i == 0) text += rule + "\n";
  }
  const std::int64_t all = plan.parameters() + plan.fixed_parameters();
  text +=
      fmt::format("{}\nTotal params: {} ({:.2f} MB as float32)\nTrainable params: {}\nNon-trainable params: {}\n", rule,
                  grouped(all), static_cast<double>(all) * 4 / 1e6, grouped(plan.parameters()), grouped(plan.fixed_parameters()));
  text += fmt::format("FLOP per image: {} forward, about {} in training (x3)\n", grouped(plan.flops()), grouped(3 * plan.flops()));
  return text;
}

nlohmann::ordered_json summary_json(const Plan& plan) { return document(plan); }
nlohmann::ordered_json summary_schema() { return document_schema<Plan>("cnnbench summary --json"); }

}  // namespace cnnbench
