// Whether markup is well-formed, strictly: elements closed in their order, attributes quoted, nothing raw that means something, and
// no element or attribute that runs or loads anything. Not here: what a browser would forgive.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "cnnbench/core/utf8.hpp"

namespace cnnbench::fuzz {

class WellFormed {
 public:
  // Empty: it is; else what is wrong.
  static std::string fault_of(std::string_view markup) {
    WellFormed reader{markup};
    while (reader.fault_.empty() && !reader.left_.empty()) reader.next();
    if (reader.fault_.empty() && !reader.open_.empty()) reader.fault_ = "an element that is not closed: " + reader.open_.back();
    return reader.fault_;
  }

 private:
  explicit WellFormed(std::string_view markup) : left_(markup) {
    if (!is_utf8(markup)) fault_ = "no UTF-8";
    for (const char c : markup)
      if (const auto byte = static_cast<unsigned char>(c); (byte < 0x20 && c != '\n') || byte == 0x7f)
        fault_ = "a control character";
    if (constexpr std::string_view doctype = "<!DOCTYPE html>"; left_.starts_with(doctype)) left_.remove_prefix(doctype.size());
  }

  void next() {
    const std::size_t tag = std::min(left_.find('<'), left_.size());
    text(left_.substr(0, tag));
    left_.remove_prefix(tag);
    if (left_.starts_with("</"))
      end();
    else if (!left_.empty())
      begin();
  }

  void text(std::string_view text) {
    if (!open_.empty() && open_.back() == "style") return;  // our own
    if (text.find('>') != std::string_view::npos) fault_ = "a raw >";
    constexpr std::array entities{"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    for (std::size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1))
      if (std::ranges::none_of(entities, [&](const char* e) { return text.substr(at).starts_with(e); })) fault_ = "a raw &";
  }

  std::string name() {
    std::size_t length = 0;
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'; };
    while (length < left_.size() && fits(left_[length])) ++length;
    const std::string out(left_.substr(0, length));
    left_.remove_prefix(length);
    if (out.empty()) fault_ = "a name that is none before: " + std::string(left_.substr(0, 20));
    return out;
  }
  bool take(std::string_view what) {
    if (!left_.starts_with(what)) return false;
    left_.remove_prefix(what.size());
    return true;
  }

  void end() {
    left_.remove_prefix(2);
    const std::string tag = name();
    if (!take(">") || open_.empty() || open_.back() != tag) fault_ = "an end that does not belong here: " + tag;
    if (!open_.empty()) open_.pop_back();
  }

  void begin() {
    left_.remove_prefix(1);
    const std::string tag = name();
    if (tag == "script" || tag == "iframe" || tag == "object" || tag == "embed" || tag == "link") fault_ = "an element " + tag;
    while (fault_.empty() && take(" ")) attribute();
    if (!fault_.empty() || take("/>")) return;
    if (!take(">"))
      fault_ = "a tag that does not end: " + tag;
    else if (tag != "meta" && tag != "img")
      open_.push_back(tag);
  }

  void attribute() {
    const std::string key = name();
    if (!take("=\"")) fault_ = "an attribute without quotes: " + key;
    if (key.starts_with("on")) fault_ = "an attribute that runs: " + key;
    const std::size_t quote = std::min(left_.find('"'), left_.size());
    const std::string_view value = left_.substr(0, quote);
    text(value);
    if (value.find('<') != std::string_view::npos) fault_ = "a raw < in " + key;
    if ((key == "href" && !value.starts_with("#")) || (key == "src" && !value.starts_with("data:image/")))
      fault_ = "a reference to elsewhere";
    left_.remove_prefix(quote);
    if (!take("\"")) fault_ = "an attribute without an end: " + key;
  }

  std::string_view left_;
  std::vector<std::string> open_;
  std::string fault_;
};

}  // namespace cnnbench::fuzz
