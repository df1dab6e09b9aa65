// In which tasks convolutions are shared out: a pure function of shapes and threads, so that this machine's cores say nothing.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "cnnbench/config/load.hpp"
#include "cnnbench/model/plan.hpp"
#include "cnnbench/pipeline/draw.hpp"
#include "kernels/conv_pool_rows.hpp"
#include "kernels/winograd_shares.hpp"

namespace cnnbench {
namespace {

struct Layer {
  std::string name;
  std::int64_t pictures, channels, filters;
  WinogradShape shape;
};

// The convolutions of a shipped network, with the pools that follow them.
std::vector<Layer> convolutions_of(const std::string& config) {
  const Experiment e = load_experiment(std::filesystem::path(CNNBENCH_SOURCE_DIR) / "configs" / (config + ".json"), {});
  const Plan plan = plan_network(e.model, augmented_size(e.augment, e.data.image_size), e.data.kind == DataKind::cifar10 ? 10 : 2);
  std::vector<Layer> out;
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    const PlannedLayer& p = plan.layers[i];
    if (p.config.type != LayerType::conv) continue;
    const bool pooled = plan.layers[i + 1].config.type == LayerType::pool;
    out.push_back({config + " " + p.name,
                   e.loader.batch_size,
                   p.in.channels,
                   p.out.channels,
                   {.height = p.in.height,
                    .width = p.in.width,
                    .channels = p.in.channels,
                    .filters = p.out.channels,
                    .kernel = p.config.kernel,
                    .pad_top = p.pads[0],
                    .pad_left = p.pads[2],
                    .conv_height = p.out.height,
                    .conv_width = p.out.width,
                    .after = pooled ? After::pool_relu : After::relu}});
  }
  return out;
}

std::vector<Layer> shipped() {
  std::vector<Layer> out;
  for (const char* config : {"catdog_original", "catdog_conv3", "catdog_improved", "catdog_deep", "cifar10"})
    for (Layer& layer : convolutions_of(config)) out.push_back(std::move(layer));
  return out;
}

TEST(Shares, GiveEachOf64ThreadsSomethingOfEveryShippedConvolution) {
  for (const Layer& l : shipped()) {
    SCOPED_TRACE(l.name);
    if (l.channels == 3) {
      const ConvPoolShape s{.height = l.shape.height, .width = l.shape.width, .filters = l.filters, .kernel = l.shape.kernel};
      EXPECT_GE(l.pictures * conv_pool_forward_slices(l.pictures, s, 64), 64);
      EXPECT_GE(l.pictures * conv_pool_backward_slices(l.pictures, s, 64), 64);
      continue;
    }
    EXPECT_GE(forward_shares(l.pictures, l.shape, 64).tasks(), 64);
    for (const bool input_gradient : {false, true}) EXPECT_GE(backward_shares(l.pictures, l.shape, 64, input_gradient).tasks(), 64);
  }
}

// What a part sums decides how its sums are rounded.
TEST(Shares, SumInTheSamePartsWhateverTheNumberOfThreads) {
  for (const Layer& l : shipped()) {
    if (l.channels == 3) continue;
    for (const int threads : {2, 5, 16, 64, 500})
      EXPECT_EQ(backward_shares(l.pictures, l.shape, threads, true).parts, backward_shares(l.pictures, l.shape, 1, true).parts)
          << l.name;
  }
}

TEST(Shares, TransformNothingTwiceWherePicturesSuffice) {
  for (const Layer& l : shipped()) {
    if (l.channels == 3) continue;
    EXPECT_EQ(forward_shares(l.pictures, l.shape, 2).filter_slices, 1) << l.name;
    const WinogradBackwardShares two = backward_shares(l.pictures, l.shape, 2, true);
    EXPECT_EQ(two.tasks(), two.parts) << l.name;
  }
}

// Every number of a gradient belongs to one task, whatever the number of threads.
TEST(Shares, CoverEveryGradientOnce) {
  const WinogradShape s{.height = 14, .width = 14, .channels = 48, .filters = 32, .conv_height = 12, .conv_width = 12};
  constexpr std::int64_t pictures = 7;
  for (std::int64_t threads = 1; threads <= 300; threads += threads < 20 ? 1 : 31)
    for (const bool input_gradient : {false, true}) {
      const WinogradBackwardShares shares = backward_shares(pictures, s, threads, input_gradient);
      SCOPED_TRACE(fmt::format("{} threads: {} tasks", threads, shares.tasks()));
      std::vector<int> weights(static_cast<std::size_t>(shares.parts * 48 * 32 * 36)),
          inputs(static_cast<std::size_t>(pictures * 48));
      const auto add_input = [&](const WinogradTask& task) {
        for (std::int64_t n = task.pictures.first; n < task.pictures.end(); ++n)
          for (std::int64_t c = task.channels.first; c < task.channels.end(); ++c) ++inputs[static_cast<std::size_t>(n * 48 + c)];
      };
      for (std::int64_t i = 0; i < shares.weight_tasks(); ++i) {
        const WinogradTask task = weight_task(i, shares, pictures, s);
        for (std::int64_t c = task.channels.first; c < task.channels.end(); ++c)
          for (std::int64_t f = task.filters.first; f < task.filters.end(); ++f)
            for (std::int64_t p = task.planes.first; p < task.planes.end(); ++p)
              ++weights[static_cast<std::size_t>(((task.part * 48 + c) * 32 + f) * 36 + p)];
        if (input_gradient && shares.picture_groups == 0) add_input(task);
      }
      for (std::int64_t i = 0; i < shares.picture_groups * shares.input_slices; ++i) add_input(input_task(i, shares, pictures, s));
      EXPECT_TRUE(std::all_of(weights.begin(), weights.end(), [](int n) { return n == 1; }));
      EXPECT_TRUE(std::all_of(inputs.begin(), inputs.end(), [&](int n) { return n == (input_gradient ? 1 : 0); }));
    }
}

}  // namespace
}  // namespace cnnbench
