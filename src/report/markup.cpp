#include "markup.hpp"

#include <fmt/format.h>

#include "cnnbench/core/safe_text.hpp"

namespace cnnbench::report {

constexpr std::size_t most_attribute = 1'000'000;  // characters: a line has many points

void Markup::begin(std::string_view tag, Attributes attributes) {
  out_ += fmt::format("<{}", tag);
  for (const auto& [name, value] : attributes)
    if (!value.empty()) out_ += fmt::format(" {}=\"{}\"", name, markup_text(value, most_attribute));
}

Markup& Markup::open(std::string_view tag, Attributes attributes) {
  begin(tag, attributes);
  out_ += '>';
  return *this;
}

Markup& Markup::close(std::string_view tag) {
  out_ += fmt::format("</{}>", tag);
  return *this;
}

Markup& Markup::text(std::string_view text) {
  out_ += markup_text(text);
  return *this;
}

Markup& Markup::leaf(std::string_view tag, Attributes attributes, std::string_view text) {
  return open(tag, attributes).text(text).close(tag);
}

Markup& Markup::bare(std::string_view tag, Attributes attributes) {
  begin(tag, attributes);
  out_ += "/>";
  return *this;
}

Markup& Markup::own(std::string_view markup) {
  out_ += markup;
  return *this;
}

Markup& Markup::line() {
  out_ += '\n';
  return *this;
}

}  // namespace cnnbench::report
