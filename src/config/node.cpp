#include "node.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "cnnbench/core/error.hpp"
#include "words.hpp"

namespace cnnbench {

std::string Issue::str() const {
  // A --set or a variable names the key already.
  const bool names_key = where.starts_with("--set ") || where.starts_with("CNNBENCH_");
  std::string text = where;
  if (!pointer.empty() && !names_key) text += (text.empty() ? "" : ": ") + pointer;
  return text + (text.empty() ? "" : ": ") + problem;
}

}  // namespace cnnbench

namespace cnnbench::config {
namespace {

bool same_or_below(const std::string& pointer, const std::string& ancestor) {
  return pointer.starts_with(ancestor) && (pointer.size() == ancestor.size() || pointer[ancestor.size()] == '/');
}

Node convert(const nlohmann::json& document, int depth, std::size_t& values, Faults& faults) {
  Node node;
  node.value = document.is_structured() ? nlohmann::json(document.type()) : document;
  if (depth > max_depth || ++values > max_values) {
    if (!faults.fatal()) faults.add_fatal({}, "", depth > max_depth ? "nested too deeply" : "too many values");
    return node;
  }
  if (document.is_structured())
    for (const auto& item : document.items()) {
      node.children.push_back(convert(item.value(), depth + 1, values, faults));
      if (document.is_object()) node.children.back().key = item.key();
    }
  return node;
}

}  // namespace

std::string Origin::str() const {
  if (!source) return "";
  return line > 0 ? *source + ":" + std::to_string(line) : *source;
}

Origin origin_of(std::string source, int line) { return {std::make_shared<const std::string>(printable(source, 240)), line}; }

const Node* Node::find(std::string_view name) const {
  const auto found = std::find_if(children.begin(), children.end(), [&](const Node& n) { return n.key == name; });
  return is_object() && found != children.end() ? &*found : nullptr;
}

void Node::erase(std::string_view name) {
  std::erase_if(children, [&](const Node& n) { return n.key == name; });
}

void Faults::add(const Origin& origin, std::string pointer, std::string problem) {
  if (full())
    count_only();
  else
    entries_.push_back({origin, {origin.str(), std::move(pointer), std::move(problem)}});
}

void Faults::add_fatal(const Origin& origin, std::string pointer, std::string problem) {
  fatal_ = true;
  add(origin, std::move(pointer), std::move(problem));
}

bool Faults::touches(const std::string& pointer) const {
  const std::string parent = pointer.substr(0, pointer.rfind('/'));
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    const std::string& fault = entry.issue.pointer;
    if (fault.empty()) return false;
    // A layer of an unknown type, or data of an unknown kind, needs nothing in particular.
    if (fault == parent + "/type" || fault == parent + "/kind") return true;
    return same_or_below(pointer, fault) || same_or_below(fault, pointer);
  });
}

void Faults::raise() const {
  std::vector<const Entry*> sorted;
  for (const Entry& entry : entries_) sorted.push_back(&entry);
  const auto place = [](const Entry* e) { return std::tuple(e->origin.source ? *e->origin.source : "", e->origin.line); };
  std::stable_sort(sorted.begin(), sorted.end(), [&](const Entry* a, const Entry* b) { return place(a) < place(b); });
  std::string text;
  for (const Entry* entry : sorted) {
    if (!text.empty()) text += '\n';
    text += entry->issue.str();
  }
  if (left_out_ > 0) text += "\n... and " + std::to_string(left_out_) + " more faults";
  throw Error(ExitCode::usage, text, "`cnnbench config schema` describes every key");
}

Node from_json(const nlohmann::json& document, Faults& faults) {
  std::size_t values = 0;
  return convert(document, 0, values, faults);
}

std::string join_pointer(const std::vector<std::string>& tokens) {
  std::string pointer;
  for (const std::string& token : tokens) {
    pointer += '/';
    for (const char c : printable(token, 80)) {
      if (c == '~')
        pointer += "~0";
      else if (c == '/')
        pointer += "~1";
      else
        pointer += c;
    }
  }
  return pointer;
}

}  // namespace cnnbench::config
