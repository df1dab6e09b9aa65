// train.convolution in parts: for which layers a network runs our own operations (convolutions, max pooling, local response
// normalization) in place of libtorch's. As text: auto, own, library, or own:conv_1+pool_2 (summary's names of layers).
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cnnbench {

struct OwnLayers {
  bool automatic = false;          // as measured where it runs
  bool all = false;                // wherever ours can take what comes
  std::set<std::string> layers{};  // these alone; none of them and not all: library
  bool operator==(const OwnLayers&) const = default;
};

// nullopt: it is none of these texts.
std::optional<OwnLayers> read_own_layers(const std::string& text);
OwnLayers own_layers(const std::string& text);  // of a text that validate() let pass

// The text of a choice: `own` of the layers where there is one, each in their order.
std::string own_layers_text(const std::vector<std::string>& possible, const std::set<std::string>& own);

}  // namespace cnnbench
