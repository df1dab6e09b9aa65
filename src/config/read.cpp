#include "read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "advice.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/core/utf8.hpp"
#include "keys.hpp"
#include "words.hpp"

namespace cnnbench::config {
namespace {

std::string shown(const Node& node) {
  if (node.is_object()) return "an object";
  if (node.is_array()) return fmt::format("an array of {}", node.children.size());
  if (node.value.is_string()) return "the string " + in_quotes(node.value.get_ref<const std::string&>());
  if (node.value.is_number()) return number_text(node.value.get<long double>());
  return json_line(node.value);
}

template <NamedEnum E>
std::vector<std::string> names_of() {
  std::vector<std::string> names;
  for (const auto& [value, name] : EnumNames<E>::values) names.emplace_back(name);
  return names;
}

class Reader {
  // The path grows by one while a member or an element is read.
  template <class F>
  auto at(const Node& member, F&& f) {
    return within(member.spelled.empty() ? member.key : member.spelled, f);
  }
  template <class F>
  void element(std::size_t index, F&& f) {
    within(std::to_string(index), f);
  }
  template <class F>
  auto within(std::string token, F&& f) {
    struct Pop {
      std::vector<std::string>& path;
      ~Pop() { path.pop_back(); }
    };
    path_.push_back(std::move(token));
    const Pop pop{path_};
    return f();
  }

 public:
  explicit Reader(Faults& faults) : faults_(faults) {}

  template <HasFields T>
  void read(T& out, const Node& node, Limits = {}) {
    if (!node.is_object()) return wrong_type(node, "an object");
    std::vector<std::string> keys = keys_of<T>();
    if constexpr (std::is_same_v<T, LayerConfig>) {
      const Node* type = node.find("type");
      if (type == nullptr)
        fault(node, "a layer needs a type (one of " + joined(names_of<LayerType>()) + ")");
      else if (at(*type, [&] { return read_enum(out.type, *type); }))
        keys = layer_keys(out.type, node);
    }
    T::fields(out, [&](std::string_view name, auto& member, std::string_view, Limits limits = {}) {
      const Node* value = node.find(name);
      if (value == nullptr || std::find(keys.begin(), keys.end(), name) == keys.end()) return;
      if (std::is_same_v<T, LayerConfig> && name == "type") return;
      at(*value, [&] { read(member, *value, limits); });
    });
    report_unknown<T>(node, keys);
  }

  void read(bool& out, const Node& node, Limits = {}) {
    if (!node.value.is_boolean()) return wrong_type(node, "true or false");
    out = node.value.get<bool>();
  }

  void read(std::string& out, const Node& node, Limits = {}) {
    // An interval in epochs, as configs say it that were written before there were others.
    if (node.value.is_number_unsigned() && !path_.empty() && path_.back() == "checkpoint_every") {
      out = json_line(node.value);
      return;
    }
    if (!node.value.is_string()) return wrong_type(node, "a string");
    const auto& text = node.value.get_ref<const std::string&>();
    if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }))
      return fault(node, in_quotes(text) + " holds a control character");
    if (!is_utf8(text)) return fault(node, in_quotes(text) + " is not valid UTF-8");
    out = text;
  }

  template <NamedEnum E>
  void read(E& out, const Node& node, Limits = {}) {
    read_enum(out, node);
  }

  template <class N>
  requires(std::is_arithmetic_v<N>) void read(N& out, const Node& node, Limits limits) {
    constexpr bool whole = std::is_integral_v<N>;
    if (!node.value.is_number()) {
      const std::string advice = advice_on_number(path_.empty() ? "" : path_.back(), node);
      return wrong_type(node, whole ? "a whole number" : "a number", advice);
    }
    const auto value = node.value.get<long double>();  // holds every 64-bit integer exactly
    if (!std::isfinite(value)) return fault(node, "expected a finite number, got " + number_text(value));
    if (whole && value != std::floor(value)) return wrong_type(node, "a whole number");
    const long double low = std::max<long double>(limits.min, std::numeric_limits<N>::lowest());
    const long double high = std::min<long double>(limits.max, std::numeric_limits<N>::max());
    if (value < low || value > high) return out_of_limits(node, value, low, high, whole);
    if (whole && node.value.is_number_float() && std::abs(value) > 0x1p53L)
      return fault(node, number_text(value) + " is too large for exact arithmetic in this notation");
    out = static_cast<N>(value);
  }

  void read(ImageSize& out, const Node& node, Limits limits) {
    if (node.is_array() && node.children.size() == 2) {
      element(0, [&] { read(out.height, node.children[0], limits); });
      element(1, [&] { read(out.width, node.children[1], limits); });
      return;
    }
    if (!node.value.is_number())
      return wrong_type(node, "a whole number or [height, width]",
                        node.value.is_string() ? advice_on_number(path_.back(), node) : std::string());
    int side = out.height;
    read(side, node, limits);
    out = square(side);
  }

  template <class T>
  void read(std::optional<T>& out, const Node& node, Limits limits) {
    if (node.value.is_null()) {
      out.reset();
      return;
    }
    T value{};
    read(value, node, limits);
    out = value;
  }

  template <std::size_t n>
  void read(std::array<double, n>& out, const Node& node, Limits limits) {
    if (!node.is_array() || node.children.size() != n) return wrong_type(node, n == 2 ? "[low, high]" : "[red, green, blue]");
    for (std::size_t i = 0; i < n; ++i) element(i, [&] { read(out[i], node.children[i], limits); });
  }

  template <class T>
  void read(std::vector<T>& out, const Node& node, Limits limits) {
    if (!node.is_array()) return wrong_type(node, "an array");
    out.assign(node.children.size(), T{});
    for (std::size_t i = 0; i < out.size(); ++i) element(i, [&] { read(out[i], node.children[i], limits); });
  }

 private:
  template <NamedEnum E>
  bool read_enum(E& out, const Node& node) {
    const std::vector<std::string> names = names_of<E>();
    if (!node.value.is_string()) {
      wrong_type(node, "one of " + joined(names));
      return false;
    }
    const auto& text = node.value.get_ref<const std::string&>();
    for (const auto& [value, name] : EnumNames<E>::values)
      if (name == text) {
        out = value;
        return true;
      }
    const auto near = nearest(text, names);
    fault(node,
          fmt::format("unknown value {} ({}one of {})", in_quotes(text), near ? "nearest: '" + *near + "'; " : "", joined(names)));
    return false;
  }

  // The keys this type understands; those that only other types understand are reported here.
  std::vector<std::string> layer_keys(LayerType type, const Node& node) {
    std::vector<std::string> own = keys_of_layer(type);
    own.emplace_back("type");
    const std::vector<std::string> all = keys_of<LayerConfig>();
    for (const Node& child : node.children) {
      if (applies(type, child.key) || std::find(all.begin(), all.end(), child.key) == all.end()) continue;
      const std::string_view meant = counterpart(type, child.key);
      const std::string hint = !meant.empty()   ? fmt::format("nearest: '{}'", meant)
                               : own.size() > 1 ? "it takes " + joined(keys_of_layer(type))
                                                : "it takes none";
      at(child, [&] { fault(child, fmt::format("key '{}' means nothing in a {} layer ({})", child.key, name_of(type), hint)); });
    }
    return own;
  }

  template <class T>
  void report_unknown(const Node& node, const std::vector<std::string>& known) {
    const std::vector<std::string> all = keys_of<T>();
    for (const Node& child : node.children) {
      if (std::find(all.begin(), all.end(), child.key) != all.end()) continue;
      if (path_.empty() && child.key == "$schema") continue;
      if (faults_.full())
        faults_.count_only();
      else
        at(child, [&] { fault(child, "unknown key " + in_quotes(child.key) + unknown_hint(child.key, known)); });
    }
  }

  // A key of another section is a likelier mistake than a misspelling.
  std::string unknown_hint(const std::string& key, const std::vector<std::string>& known) const {
    if (const std::string_view instead = instead_of(key); !instead.empty()) return fmt::format(" ({})", instead);
    if (path_.size() <= 2)
      for (const Setting& setting : settings())
        if (setting.key == key) return " (nearest: '" + setting.dotted() + "')";
    return nearest_hint(key, known);
  }

  void out_of_limits(const Node& node, long double value, long double low, long double high, bool whole) {
    const bool has_low = whole || low > std::numeric_limits<double>::lowest(),
               has_high = whole || high < std::numeric_limits<double>::max();
    const std::string limits = has_low && has_high ? fmt::format("{} to {}", number_text(low), number_text(high))
                               : has_low           ? "at least " + number_text(low)
                                                   : "at most " + number_text(high);
    fault(node, fmt::format("{} is out of limits ({})", number_text(value), limits));
  }

  void wrong_type(const Node& node, const std::string& expected, const std::string& advice = {}) {
    fault(node, "expected " + expected + ", got " + shown(node) + (advice.empty() ? "" : ": " + advice));
  }
  void fault(const Node& node, std::string problem) { faults_.add(node.origin, join_pointer(path_), std::move(problem)); }

  Faults& faults_;
  std::vector<std::string> path_;
};

}  // namespace

Experiment read_experiment(const Node& root, Faults& faults) {
  Experiment experiment;
  Reader(faults).read(experiment, root);
  return experiment;
}

}  // namespace cnnbench::config
