// Which files of a folder are pictures of which class, in Keras' order (flow_from_directory). Reads names only, no pictures.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cnnbench/data/dataset.hpp"

namespace cnnbench {

struct FileList {
  std::filesystem::path root;
  std::vector<std::string> class_names;  // sorted
  std::vector<std::string> names;        // relative to root, by class
  std::vector<std::int64_t> labels;
};

// Classes are the sub-folders, sorted. Sub-folders of a class are searched too; a link to a file counts, a link to a folder
// is followed for a class but not below it, so loops end. Names that start with '.' are left out (Keras would take them).
// An Error(usage) where the folder is missing, not readable or without classes; an empty class is one unless allowed.
FileList list_class_folders(const std::filesystem::path& folder, bool allow_empty_class = false);

// Pictures below any folder, classes or not, sorted; names relative to it.
std::vector<std::string> list_pictures_below(const std::filesystem::path& folder);

// The folders of one set: train and validation, or one folder to be split (then validation is empty).
struct FolderLayout {
  std::filesystem::path train, validation;
};
FolderLayout folder_layout(const std::filesystem::path& folder);

// Reads a whole file; throws Error(failed, "NAME: ...").
void read_picture_file(const std::filesystem::path&, const std::string& name, Bytes& out);

}  // namespace cnnbench
