// A folder's own files and folders, without hidden ones and without what archivers leave behind.
#pragma once

#include <filesystem>
#include <vector>

#include "cnnbench/data/folder.hpp"

namespace cnnbench {

// Error(usage) where it cannot be read. What is passed over is counted where that is asked for.
std::vector<std::filesystem::directory_entry> folder_entries(const std::filesystem::path& folder,
                                                             PassedOver* passed_over = nullptr);

// By its name. A dangling link counts, so that reading it reports it; a pipe or a device does not.
bool is_picture_file(const std::filesystem::directory_entry&);

}  // namespace cnnbench
