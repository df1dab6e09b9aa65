// Where data sets live. The data root is $CNNBENCH_DATA, else the data/ folder of the checkout this program was built in,
// else ./data. Not here: which data set.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cnnbench {

std::filesystem::path data_root();

// A path as given if it is absolute or exists; else, if that exists, beside the data root: "data/catdog" and "catdog"
// mean the same from every working directory. Where nothing exists: as given.
std::vector<std::filesystem::path> data_places(const std::string& path);  // where it is looked for, in order
std::filesystem::path resolve_data_path(const std::string& path);

}  // namespace cnnbench
