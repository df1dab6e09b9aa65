// A labelled list of pictures and how to get at picture i, in two steps so that a cache can keep either result:
// `fetch` reads its bytes as stored (a JPEG file, a CIFAR record), `decode` turns them into RGB at the data set's size.
// Both are safe to call from many threads at once and throw cnnbench::Error naming the picture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/core/image.hpp"

namespace cnnbench {

using Bytes = std::vector<std::uint8_t>;

struct SkippedPicture {
  std::string name, reason;
};

struct Dataset {
  std::vector<std::string> class_names;  // index = label
  std::vector<std::int64_t> labels;      // per picture
  std::vector<std::string> names;        // per picture: "cat/cat.1.jpg", "data_batch_1.bin#17"
  std::string split;                     // what messages put before a name, where both sets have the same ones: "validation/"
  ImageSize size;                        // of a decoded picture
  std::vector<SkippedPicture> skipped;   // left out under on_bad_image = skip
  std::function<void(std::size_t index, Bytes& out)> fetch;
  std::function<void(std::size_t index, std::span<const std::uint8_t> stored, ImageSpan out)> decode;
  std::function<std::uint64_t(std::size_t index)> stored_size;  // of what fetch would read, 0 where it cannot be told; may be empty
  // What is wrong with picture i as far as its first and last bytes tell, "NAME: why"; empty: nothing, or it was decoded at
  // opening. May be empty itself.
  std::function<std::string(std::size_t index)> look;
  std::size_t count() const { return labels.size(); }
};

struct Splits {
  Dataset train, validation;
  std::string source;                // what was read, for people: "folder /data/catdog"
  std::vector<std::string> notes{};  // what people want to know of it: which folders were taken, what was left out
  std::string warning;  // not empty where it is not what the config asked for (drawn pictures in place of missing ones)
};

// Throws Error(usage) with the nearest path that is there where `path` was written by a person and is absent. Reads nothing.
void require_data_path(const DataConfig&);

// Opens what the config describes. Prints nothing; `progress(done, total)` is called while drawn pictures are made.
// Throws Error(usage) with a remedy where the data is missing or not as it must be.
Splits open_splits(const DataConfig&, const std::function<void(std::size_t, std::size_t)>& progress = {});

// The pictures of both sets that cannot be read, by their first and last bytes: cheap, and before training instead of after its
// first epoch. `progress(done, total)` is called by one thread at a time.
std::vector<std::string> look_at_pictures(const Splits&, const std::function<void(std::size_t, std::size_t)>& progress = {});

}  // namespace cnnbench
