// Field lists: a config struct names its fields once, in `static void fields(auto& self, auto&& field)`, and that one
// list drives reading, writing, --set, the environment, validation, the JSON Schema, help texts and sweep axes.
//   field("workers", self.workers, "threads that decode and augment; 0 chooses", Limits{0, 1024});
// Member types: bool, int, std::int64_t, std::uint64_t, double, std::string, enums with EnumNames, std::optional<T>,
// std::array<double, 2> (a range [low, high]), ImageSize (a side or [height, width]), std::vector<T>, and structs that have a field
// list themselves.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

namespace cnnbench {

struct Limits {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
};

// Specialize with: static constexpr std::array values{std::pair{E::a, std::string_view{"a"}}, ...};
template <class E>
struct EnumNames;

template <class E>
concept NamedEnum = requires {
  EnumNames<E>::values;
};

template <NamedEnum E>
constexpr std::string_view name_of(E value) {
  for (const auto& [v, name] : EnumNames<E>::values)
    if (v == value) return name;
  return "?";
}

template <class T>
concept HasFields = requires(T& t) {
  T::fields(t, [](auto&&...) {});
};

// Of a document's fields (core/document.hpp): left out, not null, where there is none.
template <class T>
struct Maybe : std::optional<T> {
  using std::optional<T>::optional;
};

}  // namespace cnnbench
