// The keys of a config with the values that each may have, from the config's JSON Schema.
#pragma once

#include <string>
#include <vector>

namespace cnnbench {

struct KeyWords {
  std::string key;                  // train.precision
  std::string what;                 // its meaning
  std::vector<std::string> values;  // float32, ...; empty where any number or text may stand
};

const std::vector<KeyWords>& config_key_words();

}  // namespace cnnbench
