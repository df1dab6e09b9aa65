// Cats and dogs that this program draws: JPEG files of photograph size, for machines without the real pictures. Made once
// per (train, validation, seed); every file depends on the seed, its split, class and number alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

namespace cnnbench {

enum class Animal { cat, dog };

struct DrawnSet {
  int train = 2000, validation = 500;  // both classes together
  std::uint64_t seed = 1;
};

// One picture, as JPEG. `set` tells the splits apart (0 train, 1 validation).
std::vector<std::uint8_t> draw_animal(Animal, std::uint64_t seed, std::uint64_t set, std::uint64_t number);

// <root>/drawn-2000-500-1
std::filesystem::path drawn_folder(const std::filesystem::path& root, const DrawnSet&);

// The folder of that set: in the data root, or in ./data where it is, or where nobody may write to a data root that nobody named (a
// read-only installation).
std::filesystem::path place_of_drawn(const DrawnSet&);

// Makes <folder>/{train,validation}/{cat,dog}/*.jpg unless the folder is there; atomically, so that it is whole or absent, also
// with two processes at it. progress(done, total) is called from one thread at a time. Throws Error(failed) with a remedy.
void make_drawn(const std::filesystem::path& folder, const DrawnSet&,
                const std::function<void(std::size_t, std::size_t)>& progress = {});

}  // namespace cnnbench
