// Which layers run our own operations, by planted times and, where the answer is clear on any machine, by the clock.
#include "network/kernel_choice.hpp"

#include <ATen/Version.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/core/error.hpp"
#include "kernels/vector_code.hpp"
#include "support/tensor.hpp"

namespace cnnbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Experiment experiment(const std::string& preset) {
  Experiment e;
  e.model.preset = preset;
  e.model.extra_convs = 3;
  e.data.image_size = square(preset == "cifar10" ? 24 : 64);
  e.loader.batch_size = 4;
  return e;
}
Plan plan_of(const Experiment& e) { return plan_network(e.model, e.data.image_size, e.model.preset == "cifar10" ? 10 : 2); }

// Ours takes a second, libtorch's what is planted for the layer: 2 where nothing is.
TimePlace planted(const std::map<std::string, double>& library, std::vector<std::string>* asked = nullptr) {
  return [=](const KernelPlace& place) {
    if (asked) asked->push_back(place.layer);
    const auto found = library.find(place.layer);
    return Turns{.first = 1, .second = found == library.end() ? 2 : found->second, .rounds = 1};
  };
}

ChosenKernels chosen(const Experiment& e, const TimePlace& time, bool bfloat16 = false) {
  return choose_kernels(e, plan_of(e), at::kCPU, bfloat16, time);
}

std::vector<std::string> words_of(const ChosenKernels& c) {
  std::vector<std::string> out;
  for (const LayerKernel& l : c.layers) out.push_back(l.layer + " " + l.kernel);
  return out;
}

class KernelChoice : public testing::Test {
 protected:
  void TearDown() override { most_vectors = Vectors::avx512; }
};

TEST_F(KernelChoice, TakesWhatIsFasterForEachLayer) {
  const Experiment e = experiment("catdog_conv3");
  EXPECT_THAT(words_of(chosen(e, planted({}))),
              ElementsAre("conv_1 conv_pool", "conv_2 winograd_4x4_pool", "conv_3 winograd_4x4_pool"));
  EXPECT_EQ(chosen(e, planted({})).convolution, "own");
  const ChosenKernels mixed = chosen(e, planted({{"conv_2", 0.5}, {"pool_2", 0.5}, {"conv_1", 0.8}}));
  EXPECT_THAT(words_of(mixed),
              ElementsAre("pool_1 max_pool", "conv_1 library", "pool_2 library", "conv_2 library", "conv_3 winograd_4x4_pool"));
  EXPECT_EQ(mixed.convolution, "own:pool_1+conv_3");
  EXPECT_DOUBLE_EQ(*mixed.layers[1].own_us, 1e6);
  EXPECT_DOUBLE_EQ(*mixed.layers[1].library_us, 0.8e6);
  const ChosenKernels none =
      chosen(e, planted({{"conv_1", .1}, {"conv_2", .1}, {"conv_3", .1}, {"pool_1", .1}, {"pool_2", .1}, {"pool_3", .1}}));
  EXPECT_EQ(none.convolution, "library");
  EXPECT_FALSE(none.kernels.has("conv_1"));
}

TEST_F(KernelChoice, KeepsOursBetweenEquals) {
  const Experiment e = experiment("catdog_original");
  EXPECT_EQ(chosen(e, planted({{"conv_1", 0.98}, {"conv_2", 1}, {"pool_1", 0.971}})).convolution, "own");
}

TEST_F(KernelChoice, TimesEqualLayersOnce) {
  std::vector<std::string> asked;
  const ChosenKernels c = chosen(experiment("catdog_deep"), planted({{"conv_2", 0.5}}, &asked));
  EXPECT_EQ(std::count_if(asked.begin(), asked.end(),
                          [](const std::string& l) { return l == "conv_2" || l == "conv_3" || l == "conv_4"; }),
            1);
  for (const LayerKernel& l : c.layers) {
    if (l.layer == "conv_2" || l.layer == "conv_3" || l.layer == "conv_4") {
      EXPECT_EQ(l.kernel, "library") << l.layer;
    }
  }
}

TEST_F(KernelChoice, HasNormalizationAndPoolsOfCifar10) {
  EXPECT_THAT(words_of(chosen(experiment("cifar10"), planted({{"conv_1", 0.5}, {"lrn_2", 0.1}}))),
              ::testing::IsSupersetOf({"lrn_1 lrn", "conv_2 winograd_2x2", "pool_2 max_pool"}));
}

// Our convolutions are float32's; pools and normalization are not.
TEST_F(KernelChoice, HasNoConvolutionsInBfloat16) {
  EXPECT_THAT(words_of(chosen(experiment("catdog_original"), planted({}), true)),
              ElementsAre("pool_1 max_pool", "pool_2 max_pool"));
}

TEST_F(KernelChoice, MeasuresNothingThatIsAskedFor) {
  const TimePlace never = [](const KernelPlace& place) -> Turns { throw std::logic_error(place.layer + " was timed"); };
  Experiment e = experiment("catdog_original");
  for (const char* asked : {"own", "library", "own:conv_2", "own:pool_2"}) {
    e.train.convolution = asked;
    const ChosenKernels c = chosen(e, never);
    EXPECT_EQ(c.convolution, asked);
    for (const LayerKernel& l : c.layers) EXPECT_FALSE(l.own_us || l.library_us);
  }
  e.train.convolution = "auto";
  e.train.profile = Profile::tutorial;
  EXPECT_EQ(chosen(e, never).convolution, "library");
}

TEST_F(KernelChoice, RefusesALayerThatIsNotThere) {
  Experiment e = experiment("catdog_original");
  e.train.convolution = "own:conv_1+conv_9";
  try {
    chosen(e, planted({}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("train.convolution names conv_9"));
  }
}

// What auto found, given as its text, runs the same operations: the same numbers to the bit. Others differ by rounding.
TEST_F(KernelChoice, RunsTheSameAgainByItsText) {
  Experiment e = experiment("catdog_conv3");
  const Plan plan = plan_of(e);
  const ChosenKernels found = chosen(e, planted({{"conv_2", 0.5}, {"pool_2", 0.5}}));
  e.train.convolution = found.convolution;
  at::manual_seed(3);
  const at::Tensor x = at::rand({4, 3, 64, 64}).contiguous(at::MemoryFormat::ChannelsLast);
  const auto outcome = [&](const Kernels& kernels) {
    const Network n = build_network(plan, 1, at::kCPU, kernels);
    n.forward(x, true).square().sum().backward();
    std::vector<at::Tensor> all;
    for (const Parameter& p : n.parameters) all.push_back(p.value.grad());
    return all;
  };
  const std::vector<at::Tensor> measured = outcome(found.kernels), again = outcome(chosen(e, planted({})).kernels),
                                library = outcome(library_kernels()), own = outcome({});
  for (std::size_t i = 0; i < measured.size(); ++i) {
    EXPECT_TRUE(at::equal(measured[i], again[i])) << i;
    EXPECT_TRUE(at::allclose(measured[i], library[i], 1e-3, 1e-4)) << i;
    EXPECT_TRUE(at::allclose(measured[i], own[i], 1e-3, 1e-4)) << i;
  }
}

TEST_F(KernelChoice, LeavesRandomNumbersAlone) {
  Experiment e = experiment("catdog_original");
  at::manual_seed(5);
  const at::Tensor expected = at::rand({3});
  at::manual_seed(5);
  const ChosenKernels c = choose_kernels(e, plan_of(e), at::kCPU, false);
  EXPECT_TRUE(at::equal(at::rand({3}), expected));
  EXPECT_EQ(c.layers.empty(), false);
  for (const LayerKernel& l : c.layers) EXPECT_TRUE(*l.own_us > 0 && *l.library_us > 0) << l.layer;
}

// By the clock, with our loops as they are on a processor without AVX2: there they are no match for oneDNN's, which uses what there
// is.
TEST_F(KernelChoice, LeavesConvolutionsToTheLibraryWithoutVectors) {
  if (at::get_cpu_capability() != "AVX512") GTEST_SKIP() << "libtorch has no wide vectors here either";
  Experiment e = experiment("catdog_improved");
  e.data.image_size = square(128);
  const Plan plan = plan_of(e);
  most_vectors = Vectors::none;
  const ChosenKernels c = choose_kernels(e, plan, at::kCPU, false);
  for (const LayerKernel& l : c.layers) {
    if (l.layer == "conv_2") {
      EXPECT_EQ(l.kernel, "library") << *l.own_us << " against " << *l.library_us;
    }
  }
  EXPECT_FALSE(c.kernels.has("conv_2"));
}

}  // namespace
}  // namespace cnnbench
