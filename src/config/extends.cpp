#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "cnnbench/core/json_text.hpp"
#include "layered.hpp"
#include "words.hpp"

namespace cnnbench::config {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t max_chain = 16;

// No more than the parser takes, so that /dev/zero or a film given by mistake does no harm.
std::optional<std::string> text_of(const fs::path& file) {
  std::error_code ignored;
  if (fs::is_directory(file, ignored)) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text(max_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return std::nullopt;
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

std::string names(const std::vector<fs::path>& chain, const fs::path& again) {
  std::string text;
  for (const fs::path& file : chain) text += printable(file.filename().string(), 60) + " -> ";
  return text + printable(again.filename().string(), 60);
}

class Chain {
 public:
  Chain(Faults& faults, Hints& hints) : faults_(faults), hints_(hints) {}

  Node resolve(Node tree, const fs::path& file) {
    resolve_aliases(tree, faults_, hints_);
    std::error_code ignored;
    files_.push_back(fs::weakly_canonical(file, ignored));
    const Node* extends = tree.find("extends");
    if (extends == nullptr) return tree;
    std::optional<Node> base = base_of(*extends, file);
    tree.erase("extends");
    if (!base) return tree;
    for (const char* own : {"name", "description", "$schema"}) base->erase(own);
    const Origin origin = tree.origin;
    overlay(*base, std::move(tree));
    base->origin = origin;
    return std::move(*base);
  }

 private:
  std::optional<Node> base_of(const Node& extends, const fs::path& file) {
    const auto fault = [&](std::string problem) {
      faults_.add_fatal(extends.origin, "/extends", std::move(problem));
      return std::nullopt;
    };
    if (!extends.value.is_string())
      return fault("expected the name of another config, got " + printable(json_line(extends.value), 60));
    const auto& name = extends.value.get_ref<const std::string&>();
    std::error_code ignored;
    fs::path base = file.parent_path() / name;
    if (!fs::exists(base, ignored))
      for (const fs::path& shipped : shipped_configs())
        if (shipped.filename() == name || shipped.stem() == name) base = shipped;
    if (!fs::is_regular_file(base, ignored)) return fault("there is no file " + in_quotes(base.string()));
    const fs::path canonical = fs::weakly_canonical(base, ignored);
    for (const fs::path& seen : files_)
      if (seen == canonical) return fault("extends itself: " + names(files_, canonical));
    if (files_.size() > max_chain) return fault(fmt::format("more than {} files extend one another", max_chain));
    const auto text = text_of(base);
    if (!text) return fault("cannot read " + in_quotes(base.string()));
    Node tree = parse_text(*text, base.lexically_normal().string(), true, faults_);
    if (tree.is_object()) return resolve(std::move(tree), base);
    return fault(in_quotes(base.string()) + " holds no object");
  }

  Faults& faults_;
  Hints& hints_;
  std::vector<fs::path> files_;
};

}  // namespace

Node load_tree(const fs::path& file, Faults& faults, Hints& hints) {
  if (const auto text = text_of(file)) return parse_tree(*text, file.string(), faults, hints);
  faults.add_fatal(origin_of(file.string()), "", "cannot read it");
  return parse_tree("{}", file.string(), faults, hints);
}

Node parse_tree(std::string_view text, const std::string& file_name, Faults& faults, Hints& hints) {
  return Chain(faults, hints).resolve(parse_text(text, file_name, true, faults), file_name);
}

}  // namespace cnnbench::config
