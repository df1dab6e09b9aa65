// Which files of a folder are pictures of which class, in Keras' order (flow_from_directory). Reads names only, no pictures.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cnnbench/data/dataset.hpp"

namespace cnnbench {

// What lies among the pictures and is none that is read, each with how many there are.
struct PassedOver {
  std::map<std::string, std::size_t> files;     // by the end of their names: ".txt", "no extension", "beside the class folders"
  std::map<std::string, std::size_t> leavings;  // what archivers, file managers and file servers leave behind: "__MACOSX", "._*"
  void add(const PassedOver&);
  std::vector<std::string> notes() const;  // "3 files were left out: .txt 2, .heic 1"
};

// Whether archivers and the like leave files or folders of this name: __MACOSX, ._*, .DS_Store, Thumbs.db, desktop.ini,
// .ipynb_checkpoints, and the folders of a NAS (@eaDir: thumbnails, #recycle, $RECYCLE.BIN, "System Volume Information",
// lost+found).
bool is_leaving(const std::string& name);

struct FileList {
  std::filesystem::path root;
  std::vector<std::string> class_names;  // sorted
  std::vector<std::string> names;        // relative to root, by class
  std::vector<std::int64_t> labels;
  PassedOver passed_over;
};

// Classes are the sub-folders, sorted. Sub-folders of a class are searched too; a link to a file counts, a link to a folder
// is followed for a class but not below it, so loops end. Names that start with '.' are left out (Keras would take them).
// An Error(usage) where the folder is missing, not readable or without classes; an empty class is one unless allowed.
FileList list_class_folders(const std::filesystem::path& folder, bool allow_empty_class = false);

// Pictures below any folder, classes or not, sorted; names relative to it.
std::vector<std::string> list_pictures_below(const std::filesystem::path& folder, PassedOver* passed_over = nullptr);

// The folders of one set: train and validation, or one folder to be split (then validation is empty).
struct FolderLayout {
  std::filesystem::path train, validation;
  PassedOver passed_over{};          // above those folders
  std::vector<std::string> notes{};  // what was chosen, where there was a choice, and what is not used
};
// Finds them below `folder`, by their names in any case (train, training_set, ...; validation, val, valid, test_set, ...) and with
// up to two folders in between. A folder that has the name of a split but holds pictures is a class (a train among vehicles) only
// where no folder is named like validation. Error(usage) where classes would be splits.
FolderLayout folder_layout(const std::filesystem::path& folder);

// What is wrong with a picture as far as its first and last bytes tell; where these leave doubts all of it is decoded. "NAME: why",
// or empty.
std::string look_at_picture(const std::filesystem::path&, const std::string& name);

// Reads a whole file; throws Error(failed, "NAME: ...").
void read_picture_file(const std::filesystem::path&, const std::string& name, Bytes& out);

}  // namespace cnnbench
