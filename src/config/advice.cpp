#include "advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "words.hpp"

namespace cnnbench::config {
namespace {

// "1/255", "1./255.", " 1.0 / 127.5": both numbers; a bare one has no second.
struct Fraction {
  double above = 0, below = 0;
};
bool read_number(std::string_view& text, double& out) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.starts_with('.')) text.remove_prefix(1);
  while (text.starts_with(' ')) text.remove_prefix(1);
  return true;
}
bool read_fraction(std::string_view text, Fraction& out) {
  if (!read_number(text, out.above) || !text.starts_with('/')) return false;
  text.remove_prefix(1);
  return read_number(text, out.below) && out.below != 0;
}

std::string in_digits(const Fraction& f) {
  return fmt::format("a number is wanted, nothing is computed: write {}{}", f.above / f.below,
                     f.above == 1 && f.below == 255 ? ", or leave rescale out: that is its default" : "");
}

}  // namespace

std::string advice_on_number(std::string_view key, const Node& node) {
  if (node.value.is_string()) {
    const auto& text = node.value.get_ref<const std::string&>();
    if (Fraction f; read_fraction(text, f)) return in_digits(f);
    double number = 0;
    std::string_view left = text;
    if (read_number(left, number) && left.empty()) return fmt::format("without the quotes: {}", text);
    return {};
  }
  const bool pair =
      node.is_array() && node.children.size() == 2 && node.children[0].value.is_number() && node.children[1].value.is_number();
  if (!pair) return {};
  const double first = node.children[0].value.get<double>(), second = node.children[1].value.get<double>();
  if ((key == "zoom" || key == "zoom_range") && std::abs(first + second - 2) < 1e-9 && first < second)
    return fmt::format("Keras' [{0}, {1}] is {2} here: \"zoom\": {2}", first, second,
                       number_text(static_cast<long double>(std::round((1 - first) * 1e9) / 1e9)));
  if (key == "zoom" || key == "zoom_range") return "one number z is wanted, for factors from 1-z to 1+z: \"zoom\": 0.2";
  return fmt::format("one number r is wanted, for -r to r: \"{}\": {}", key, std::max(std::abs(first), std::abs(second)));
}

std::string advice_on_syntax(std::string_view text, std::size_t at) {
  if (at < text.size() && text[at] == '\'') return "strings stand in double quotes, not in single ones";
  if (text.substr(at, 4) == "True" || text.substr(at, 5) == "False") return "JSON writes true and false in small letters";
  if (text.substr(at, 4) == "None") return "JSON writes null for Python's None";
  // "1./255": the parser stops at or behind the slash.
  const std::size_t line = text.rfind('\n', at) == std::string_view::npos ? 0 : text.rfind('\n', at) + 1;
  const std::size_t slash = std::min(text.rfind('/', at + 1), text.size());
  if (slash < text.size() && slash > line) {
    std::size_t from = slash;
    while (from > line &&
           (std::isdigit(static_cast<unsigned char>(text[from - 1])) != 0 || text[from - 1] == '.' || text[from - 1] == ' '))
      --from;
    if (Fraction f; read_fraction(text.substr(from, 40), f)) return in_digits(f);
  }
  return {};
}

std::string advice_on_encoding(std::string_view text) {
  const bool marked = text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
  const bool every_other = text.size() >= 4 && (text[1] == '\0' || text[0] == '\0') && (text[3] == '\0' || text[2] == '\0');
  if (!marked && !every_other) return {};
  return "this is UTF-16, as PowerShell's > writes it: save it as UTF-8 (Out-File -Encoding utf8)";
}

}  // namespace cnnbench::config
