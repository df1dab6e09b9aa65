// Where settings come from, each as a tree of Nodes, and how one is laid over another.
#pragma once

#include <filesystem>

#include "node.hpp"

namespace cnnbench::config {

// A file and, under it, the files it extends.
Node load_tree(const std::filesystem::path& file, Faults& faults, Hints& hints);
Node parse_tree(std::string_view text, const std::string& file_name, Faults& faults, Hints& hints);

// Every override that applies, lowest first, each a tree with one key.
std::vector<Node> override_trees(const Overrides&, Faults& faults, Hints& hints);

// Objects are merged key by key, all else is replaced. A preset replaces layers and the other way round;
// a path takes no fallback of the base.
void overlay(Node& base, Node top);

// Keras' names in `augment` become ours; both given is a fault.
void resolve_aliases(Node& root, Faults& faults, Hints& hints);

}  // namespace cnnbench::config
