// A data set made of nothing: picture i's stored bytes are its number, its pixels a pattern of that number. Counts what is
// fetched and decoded, and fails where a test asks for it.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/random.hpp"
#include "cnnbench/data/dataset.hpp"

namespace cnnbench {

struct CountedPictures {
  std::vector<std::atomic<int>> fetched, decoded;
  std::function<void(std::size_t)> before_fetch = [](std::size_t) {}, before_decode = [](std::size_t) {};
  Dataset dataset;

  CountedPictures(std::size_t count, ImageSize size) : fetched(count), decoded(count) {
    dataset.class_names = {"even", "odd"};
    dataset.size = size;
    for (std::size_t i = 0; i < count; ++i) {
      dataset.labels.push_back(static_cast<std::int64_t>(i % 2));
      dataset.names.push_back(fmt::format("picture {}", i));
    }
    dataset.fetch = [this](std::size_t i, Bytes& out) {
      before_fetch(i);
      ++fetched[i];
      out.resize(sizeof(i) + i % 3);  // not all of one length
      std::memcpy(out.data(), &i, sizeof(i));
    };
    dataset.decode = [this](std::size_t i, std::span<const std::uint8_t> stored, ImageSpan out) {
      before_decode(i);
      ++decoded[i];
      std::size_t number = 0;
      std::memcpy(&number, stored.data(), sizeof(number));
      RandomStream random{number};
      for (std::size_t p = 0; p < out.size.bytes(); ++p) out.pixels[p] = static_cast<std::uint8_t>(random.next());
    };
  }
  CountedPictures(const CountedPictures&) = delete;

  std::vector<std::uint8_t> pixels(std::size_t i) const {
    std::vector<std::uint8_t> out(dataset.size.bytes());
    RandomStream random{i};
    for (std::uint8_t& p : out) p = static_cast<std::uint8_t>(random.next());
    return out;
  }
};

}  // namespace cnnbench
