// Text to Nodes through nlohmann's SAX parser, which does not tell places: they come from counting the characters it takes.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "advice.hpp"
#include "node.hpp"
#include "words.hpp"

namespace cnnbench::config {
namespace {

// How far the parser has read.
struct Reading {
  std::string_view text;
  std::size_t offset = 0;
  int line = 1;
};

// An input iterator over the text that keeps count; copies share one Reading.
class Counting {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;
  Counting() = default;
  explicit Counting(Reading& reading) : reading_(&reading) {}
  reference operator*() const { return reading_->text[reading_->offset]; }
  Counting& operator++() {
    if (**this == '\n') ++reading_->line;
    ++reading_->offset;
    return *this;
  }
  Counting operator++(int) { return ++*this; }
  bool operator==(const Counting& other) const { return at_end() == other.at_end(); }
  bool operator!=(const Counting& other) const { return !(*this == other); }

 private:
  bool at_end() const { return reading_ == nullptr || reading_->offset >= reading_->text.size(); }
  Reading* reading_ = nullptr;
};

std::string without_prefix(std::string text) {
  const auto cut = [&](std::string_view mark) {
    if (const auto at = text.find(mark); at != text.npos) text.erase(0, at + mark.size());
  };
  cut("] ");
  if (text.starts_with("parse error at")) cut(": ");
  return printable(text, 200);
}

class Builder {
 public:
  Builder(const Reading& reading, Origin source, bool has_lines, Faults& faults)
      : reading_(reading), source_(std::move(source)), has_lines_(has_lines), faults_(faults) {}

  bool null() { return scalar(nullptr); }
  bool boolean(bool value) { return scalar(value); }
  bool number_integer(std::int64_t value) { return scalar(value); }
  bool number_unsigned(std::uint64_t value) { return scalar(value); }
  bool number_float(double value, const std::string&) { return scalar(value); }
  bool string(std::string& value) { return scalar(std::move(value)); }
  bool binary(nlohmann::json::binary_t&) { return false; }  // GCOVR_EXCL_LINE: the interface wants it, JSON texts have none
  bool start_object(std::size_t) { return open(nlohmann::json::object()); }
  bool start_array(std::size_t) { return open(nlohmann::json::array()); }
  bool end_array() { return close(); }
  bool end_object() {
    drop_duplicates(open_.back());
    return close();
  }
  bool key(std::string& name) {
    key_ = std::move(name);
    key_line_ = line();
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& problem) {
    const std::size_t last = std::max<std::size_t>(reading_.offset, 1) - 1;  // the character that did not fit
    const std::string_view before = reading_.text.substr(0, last);
    const auto newline = before.rfind('\n');
    const std::size_t column = newline == before.npos ? last + 1 : last - newline;
    const auto line_number = 1 + std::count(before.begin(), before.end(), '\n');
    std::string text = without_prefix(problem.what());
    const auto token = before.find_last_not_of(" \t\r\n");
    const bool closing = last < reading_.text.size() && (reading_.text[last] == '}' || reading_.text[last] == ']');
    if (closing && token != before.npos && before[token] == ',') text = "there is a comma before the closing bracket";
    if (text.ends_with("unexpected string literal; expected '}'")) text += " (is a comma missing?)";
    if (const std::string advice = advice_on_syntax(reading_.text, last); !advice.empty()) text = advice;
    Origin origin = source_;
    if (has_lines_ && origin.source) origin = origin_of(fmt::format("{}:{}:{}", *origin.source, line_number, column));
    faults_.add_fatal(origin, "", "not valid JSON: " + text);
    return false;
  }

  Node take() { return std::move(root_); }

 private:
  int line() const { return has_lines_ ? reading_.line : 0; }

  bool admit() {
    if (++values_ <= max_values) return true;
    faults_.add_fatal(at(line()), "", fmt::format("more than {} values: this is no config", max_values));
    return false;
  }

  Origin at(int line) const { return {source_.source, line}; }

  Node made(nlohmann::json value, int value_line) {
    Node node;
    node.value = std::move(value);
    const bool member = !open_.empty() && open_.back().is_object();
    if (member) node.key = std::move(key_);
    node.origin = at(member ? key_line_ : value_line);
    return node;
  }

  bool scalar(nlohmann::json value) {
    // A number ends where the next character is read, which may be the line's end.
    const bool overran = value.is_number() && reading_.offset > 0 && reading_.text[reading_.offset - 1] == '\n';
    put(made(std::move(value), has_lines_ && overran ? line() - 1 : line()));
    return admit();
  }

  bool open(nlohmann::json empty) {
    open_.push_back(made(std::move(empty), line()));
    if (open_.size() <= static_cast<std::size_t>(max_depth)) return admit();
    faults_.add_fatal(at(line()), "", fmt::format("nested more than {} deep: this is no config", max_depth));
    return false;
  }

  bool close() {
    Node node = std::move(open_.back());
    open_.pop_back();
    put(std::move(node));
    return true;
  }

  void put(Node node) {
    if (open_.empty())
      root_ = std::move(node);
    else
      open_.back().children.push_back(std::move(node));
  }

  void drop_duplicates(Node& object) {
    std::vector<const Node*> members;
    for (const Node& child : object.children) members.push_back(&child);
    std::stable_sort(members.begin(), members.end(), [](const Node* a, const Node* b) { return a->key < b->key; });
    std::vector<std::ptrdiff_t> again;
    for (std::size_t i = 1; i < members.size(); ++i) {
      if (members[i]->key != members[i - 1]->key) continue;
      const std::string first =
          members[i - 1]->origin.line > 0 ? fmt::format(" (first in line {})", members[i - 1]->origin.line) : "";
      faults_.add(members[i]->origin, pointer_to(members[i]->key), "key " + in_quotes(members[i]->key) + " is given twice" + first);
      again.push_back(members[i] - object.children.data());
    }
    if (again.empty()) return;
    std::sort(again.begin(), again.end());
    std::vector<Node> kept;
    for (std::size_t i = 0; i < object.children.size(); ++i)
      if (!std::binary_search(again.begin(), again.end(), static_cast<std::ptrdiff_t>(i)))
        kept.push_back(std::move(object.children[i]));
    object.children = std::move(kept);
  }

  std::string pointer_to(const std::string& name) const {
    std::vector<std::string> tokens;
    for (std::size_t i = 1; i < open_.size(); ++i)
      tokens.push_back(open_[i - 1].is_array() ? std::to_string(open_[i - 1].children.size()) : open_[i].key);
    tokens.push_back(name);
    return join_pointer(tokens);
  }

  const Reading& reading_;
  Origin source_;
  bool has_lines_;
  Faults& faults_;
  Node root_;
  std::vector<Node> open_;
  std::string key_;
  int key_line_ = 0;
  std::size_t values_ = 0;
};

}  // namespace

Node parse_text(std::string_view text, const std::string& source, bool has_lines, Faults& faults) {
  const Origin origin = origin_of(source);
  Node nothing;
  nothing.value = nlohmann::json::object();
  nothing.origin = origin;
  if (text.size() > max_bytes) {
    faults.add_fatal(origin, "", fmt::format("larger than {} MiB: this is no config", max_bytes >> 20));
    return nothing;
  }
  if (const std::string advice = advice_on_encoding(text); !advice.empty()) {
    faults.add_fatal(origin, "", "not valid JSON: " + advice);
    return nothing;
  }
  Reading reading{text};
  Builder builder(reading, origin, has_lines, faults);
  constexpr bool whole_text = true, comments_allowed = true;
  const bool good = nlohmann::json::sax_parse(Counting(reading), Counting(), &builder, nlohmann::json::input_format_t::json,
                                              whole_text, comments_allowed);
  return good ? builder.take() : nothing;
}

}  // namespace cnnbench::config
