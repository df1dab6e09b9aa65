// Pictures that a user names one by one, without classes: for prediction.
#pragma once

#include <string>
#include <vector>

#include "cnnbench/data/dataset.hpp"

namespace cnnbench {

// Files stay as they are; a folder becomes the pictures in it and below, sorted by path. Throws Error(usage) for a path that
// does not exist and for a folder without pictures.
std::vector<std::string> named_pictures(const std::vector<std::string>& paths);

// Read and decoded as the config says; labels are all 0, names are the paths.
Dataset picture_files(std::vector<std::string> files, const DataConfig&);

} // namespace cnnbench
