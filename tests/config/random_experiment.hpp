// Experiments with random values within their limits, made through the field lists, so that a new key is in at once.
#pragma once

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/core/random.hpp"

namespace cnnbench::testing {

// Whether the field's text names this type ("conv, dense: ..."): a second opinion on which keys a type takes.
inline bool text_names(std::string_view text, LayerType type) {
  // The first colon outside brackets: stride's is "conv (default 1), pool (default: size)".
  int depth = 0;
  std::size_t end = 0;
  for (; end < text.size() && (text[end] != ':' || depth > 0); ++end) depth += text[end] == '(' ? 1 : text[end] == ')' ? -1 : 0;
  const std::string types = " " + std::string(text.substr(0, end)) + " ", name(name_of(type));
  return types.find(" " + name + " ") != types.npos || types.find(" " + name + ",") != types.npos;
}

class RandomFields {
 public:
  explicit RandomFields(std::uint64_t seed) : random_{seed} {}

  template <HasFields T>
  void fill(T& out, Limits = {}) {
    if constexpr (std::is_same_v<T, LayerConfig>) fill(out.type);
    T::fields(out, [&](std::string_view name, auto& member, std::string_view text, Limits limits = {}) {
      if constexpr (std::is_same_v<T, LayerConfig>)
        if (name == "type" || !text_names(text, out.type)) return;
      (void)name, (void)text;
      fill(member, limits);
    });
  }
  void fill(bool& out, Limits = {}) { out = random_.coin(); }
  void fill(std::string& out, Limits = {}) {
    static const std::string alphabet[] = {"a", "Z", "7", " ", "\"", "\\", "/", "\xc3\xa9", "\xf0\x9f\x90\xb1", "{", "'"};
    out.clear();
    for (auto n = random_.below(8); n > 0; --n) out += alphabet[random_.below(std::size(alphabet))];
  }
  template <NamedEnum E>
  void fill(E& out, Limits = {}) {
    out = EnumNames<E>::values[random_.below(EnumNames<E>::values.size())].first;
  }
  void fill(std::uint64_t& out, Limits = {}) { out = random_.next(); }
  void fill(int& out, Limits limits) {
    out = static_cast<int>(std::floor(random_.uniform(std::max(limits.min, -1e9), std::min(limits.max, 1e9) + 1)));
  }
  void fill(ImageSize& out, Limits limits) {
    fill(out.height, limits);
    if (random_.coin())
      out.width = out.height;
    else
      fill(out.width, limits);
  }
  void fill(double& out, Limits limits) { out = random_.uniform(limits.min, limits.max); }
  template <std::size_t n>
  void fill(std::array<double, n>& out, Limits limits) {
    for (double& end : out) fill(end, limits);
  }
  template <class T>
  void fill(std::optional<T>& out, Limits limits) {
    out.reset();
    if (random_.coin()) fill(out.emplace(), limits);
  }
  void fill(std::vector<LayerConfig>& out, Limits = {}) {
    out.clear();
    if (depth_ > 2) return;
    ++depth_;
    for (auto n = random_.below(4); n > 0; --n) fill(out.emplace_back());
    --depth_;
  }

 private:
  RandomStream random_;
  int depth_ = 0;
};

inline Experiment random_experiment(std::uint64_t seed) {
  Experiment e;
  RandomFields(seed).fill(e);
  return e;
}

}  // namespace cnnbench::testing
