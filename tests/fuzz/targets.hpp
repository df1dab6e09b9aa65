// What is fuzzed: one function per reader of what others wrote, each with what must hold whatever the bytes are. libFuzzer calls
// them (driver.cpp, scripts/fuzz.sh), and corpus_test.cpp with the inputs in corpus/, so that they do not rot.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/fields.hpp"
#include "cnnbench/core/utf8.hpp"

namespace cnnbench::fuzz {

using Input = std::span<const std::uint8_t>;

// True: the reader took the input for sound. What must not be is an exception that is no Error, and nobody catches it.
bool config(Input);
bool picture(Input);
bool cifar(Input);
bool state(Input);
bool results(Input);
bool axes(Input);
bool markup(Input);

struct Target {
  std::string_view name;
  bool (*run)(Input);
};
inline constexpr std::array targets{Target{"config", config}, Target{"picture", picture}, Target{"cifar", cifar},
                                    Target{"state", state},   Target{"results", results}, Target{"axes", axes},
                                    Target{"markup", markup}};

inline void require(bool holds, const std::string& what) {
  if (!holds) throw std::logic_error(what);
}

// People read it, and it may go into a JSON document.
inline void require_readable(const Error& e) {
  const std::string_view what = e.what();
  require(!what.empty() && is_utf8(what) && is_utf8(e.remedy()), "a message that is no text: " + std::string(what));
}

inline std::string_view text_of(Input in) { return {reinterpret_cast<const char*>(in.data()), in.size()}; }

// Decisions, taken from the input's last bytes, so that a seed is a file as it is, with some bytes more. 0 where they end.
class Choices {
 public:
  static constexpr std::size_t bytes = 16;
  explicit Choices(Input in) : left_(in.last(std::min(in.size(), bytes))) {}
  static Input before(Input in) { return in.first(in.size() - std::min(in.size(), bytes)); }
  int below(int count) {
    if (left_.empty()) return 0;
    const int value = left_.back() % count;
    left_ = left_.first(left_.size() - 1);
    return value;
  }
  template <NamedEnum E>
  E any() {
    constexpr auto& values = EnumNames<E>::values;
    return values[static_cast<std::size_t>(below(static_cast<int>(values.size())))].first;
  }

 private:
  Input left_;
};

}  // namespace cnnbench::fuzz
