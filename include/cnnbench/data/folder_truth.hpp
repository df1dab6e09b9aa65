// What a picture shows, as far as its folder says so: validation/cat/1.jpg is a cat. Names only, no pictures are read.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cnnbench {

// The class (index into class_names) that names the nearest folder around `file`, up to and with the folder `named` that the
// user gave; where the user gave the file itself, only the folder that it lies in counts. nullopt: none of them is a class.
std::optional<std::size_t> truth_of(const std::filesystem::path& file, const std::filesystem::path& named,
                                    const std::vector<std::string>& class_names);

}  // namespace cnnbench
