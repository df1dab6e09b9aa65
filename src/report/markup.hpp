// Writes elements of HTML and SVG. Every text and attribute passes markup_text() here, so that no caller can forget it.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace cnnbench::report {

using Attributes = std::initializer_list<std::pair<std::string_view, std::string>>;  // empty values are left out

class Markup {
 public:
  Markup& open(std::string_view tag, Attributes = {});
  Markup& close(std::string_view tag);
  Markup& text(std::string_view);
  Markup& leaf(std::string_view tag, Attributes, std::string_view text);
  Markup& bare(std::string_view tag, Attributes = {});  // <tag .../>
  Markup& own(std::string_view markup);                 // our own: CSS, a document's head, another Markup's text
  Markup& line();                                       // a line end, for people who read the source
  std::string take() { return std::move(out_); }

 private:
  void begin(std::string_view tag, Attributes);
  std::string out_;
};

}  // namespace cnnbench::report
