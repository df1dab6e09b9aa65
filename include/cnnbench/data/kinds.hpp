// What is to be known of a kind of data (data.kind), beside its name in the config: said in the file that opens it, and nowhere
// else.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/data/dataset.hpp"

namespace cnnbench {

using OpeningProgress = std::function<void(std::size_t done, std::size_t total)>;

struct KindOfData {
  DataKind kind;
  // How many classes its pictures have; 0: the pictures tell.
  int (*classes)(const DataConfig&);
  // `path` is where data.path was found; empty for a kind that reads no files.
  Splits (*open)(const DataConfig&, const std::filesystem::path& path, const OpeningProgress&);
  // Of a kind that reads files below data.path: what it calls them, what to do where they are missing, and what else would do.
  std::string_view files{}, how_to_get{}, instead{};
  int side = 0;  // of its pictures, pixels, where they have one size only

  bool reads_files() const { return !files.empty(); }
};

// A kind's file has one of these, and is found by it: no list names the kinds.
struct RegisterKind {
  explicit RegisterKind(const KindOfData&);
};
const KindOfData& kind_of_data(DataKind);

}  // namespace cnnbench
