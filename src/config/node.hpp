// A JSON value that knows where it was written, so that a fault found after merging several files, the environment and
// --set still names its file and line. Scalars are nlohmann values; containers hold Nodes. Not a general JSON library.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cnnbench/config/load.hpp"

namespace cnnbench::config {

struct Origin {
  std::shared_ptr<const std::string> source{};  // "configs/a.json", "--set a.b=c", "CNNBENCH_TRAIN_EPOCHS"; null: unknown
  int line = 0;                                 // 0: the source has no lines
  std::string str() const;
};
Origin origin_of(std::string source, int line = 0);

struct Node {
  nlohmann::json value{};        // a scalar; of a container only its type
  std::vector<Node> children{};  // of a container
  std::string key{};             // in an object
  std::string spelled{};         // the alias it was written with, else empty
  Origin origin{};
  bool is_object() const { return value.is_object(); }
  bool is_array() const { return value.is_array(); }
  const Node* find(std::string_view name) const;
  void erase(std::string_view name);
};

// Faults collected while loading. At most `capacity` are kept, since a hostile file can hold tens of thousands.
class Faults {
 public:
  static constexpr std::size_t capacity = 100;
  void add(const Origin& origin, std::string pointer, std::string problem);
  void add_fatal(const Origin& origin, std::string pointer, std::string problem);
  bool full() const { return entries_.size() >= capacity; }
  bool empty() const { return entries_.empty(); }
  bool fatal() const { return fatal_; }            // a source could not be read at all: what follows from its absence is no fault
  bool touches(const std::string& pointer) const;  // there is a fault at, above, below or decisive for this pointer
  void count_only() { ++left_out_; }
  [[noreturn]] void raise() const;  // Error(usage), a line per fault, in the order of the files

 private:
  struct Entry {
    Origin origin;
    Issue issue;
  };
  std::vector<Entry> entries_;
  std::size_t left_out_ = 0;
  bool fatal_ = false;
};

inline constexpr std::size_t max_bytes = std::size_t{4} << 20;
inline constexpr int max_depth = 64;
inline constexpr std::size_t max_values = 50000;

// Strict JSON (and comments). A syntax fault is added as fatal and an empty object returned.
Node parse_text(std::string_view text, const std::string& source, bool has_lines, Faults& faults);
// Of a document that is already parsed; its faults have no line.
Node from_json(const nlohmann::json& document, Faults& faults);

std::string join_pointer(const std::vector<std::string>& tokens);

}  // namespace cnnbench::config
