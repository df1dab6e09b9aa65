#include "cnnbench/results/taint.hpp"

#include <algorithm>
#include <charconv>

namespace cnnbench {
namespace {

constexpr std::string_view repetitions_text = " (in {:d} of {:d} repetitions)";

struct Values {
  std::vector<double> numbers{};
  std::string words{};
};

// Takes a number from the beginning of `text`.
bool take_number(std::string_view& text, std::vector<double>& numbers) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return false;
  numbers.push_back(number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

// What stands in `text` where `format` has its fields; nullopt: it is another text. Words end where what follows them first comes.
std::optional<Values> values_in(std::string_view text, std::string_view format) {
  Values out;
  for (;;) {
    const std::size_t open = format.find('{');
    if (open == format.npos) return text == format ? std::optional(out) : std::nullopt;
    if (text.substr(0, open) != format.substr(0, open)) return std::nullopt;
    text.remove_prefix(open);
    const bool is_number = format[open + 1] == ':';
    format.remove_prefix(format.find('}', open) + 1);
    if (is_number) {
      if (!take_number(text, out.numbers)) return std::nullopt;
      continue;
    }
    const std::string_view behind = format.substr(0, format.find('{'));
    const bool is_last = behind.size() == format.size();
    if (is_last && !text.ends_with(behind)) return std::nullopt;
    const std::size_t end = is_last ? text.size() - behind.size() : text.find(behind);
    if (end == text.npos) return std::nullopt;
    out.words.append(text.substr(0, end)).push_back('\n');  // no line of a taint ends inside
    text.remove_prefix(end);
  }
}

std::string without_digits(std::string text) {
  std::erase_if(text, [](char c) { return c >= '0' && c <= '9'; });
  return text;
}

std::string_view without_repetitions(std::string_view taint) {
  const std::size_t at = taint.rfind(repetitions_text.substr(0, repetitions_text.find('{')));
  return at != taint.npos && values_in(taint.substr(at), repetitions_text) ? taint.substr(0, at) : taint;
}

}  // namespace

std::string taint_of_some(const std::string& taint, std::size_t repetitions, std::size_t of) {
  return taint + fmt::format(repetitions_text, repetitions, of);
}

ReadTaint read_taint(std::string_view taint) {
  ReadTaint out;
  out.text = without_repetitions(taint);
  for (const TaintText& known : taint_texts) {
    const auto values = values_in(out.text, known.text);
    if (!values) continue;
    out.kind = known.kind;
    out.numbers = values->numbers;
    const bool exact = known.kind == Taint::gpu_power_limit || known.kind == Taint::changed;
    out.says = exact ? out.text : fmt::format("{}\n{}", taint_text(known.kind), without_digits(values->words));
    return out;
  }
  out.says = without_digits(out.text);
  return out;
}

}  // namespace cnnbench
