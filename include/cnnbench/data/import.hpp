// From an unpacked download to the layout open_splits reads: Microsoft's PetImages/{Cat,Dog} or Kaggle's flat folder of
// cat.N.jpg and dog.N.jpg, or any folder of class folders. Pictures are ordered by their number; the first good ones of each
// class are for training, the next for validation, as the tutorials do; where the source has both sets already (the course's
// training_set/ and test_set/), each stays what it is. Bad files are left out and named. Class names become lower case.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cnnbench/data/dataset.hpp"
#include "cnnbench/data/folder.hpp"

namespace cnnbench {

struct ImportOptions {
  int train = 4000, validation = 1000;  // per class; where a class has fewer, both shrink in proportion
  bool link = false;                    // symbolic links instead of copies
};

struct ImportedClass {
  std::string name;
  std::size_t train = 0, validation = 0, left_over = 0;
};

struct ImportReport {
  std::vector<ImportedClass> classes;
  std::vector<SkippedPicture> bad;
  std::vector<std::string> notes;  // what was taken together, renamed or left out
};

using Progress = std::function<void(std::size_t done, std::size_t total)>;

// Makes `destination`, which must not exist, whole or not at all. Throws Error.
ImportReport import_pictures(const std::filesystem::path& source, const std::filesystem::path& destination,
                             const ImportOptions& = {}, const Progress& = {});

// Decodes every picture of a data set.
struct Spread {
  int min = 0, median = 0, max = 0;
};
struct CheckedClass {
  std::string split, name;  // split is empty for one folder of class folders
  std::size_t pictures = 0, bad = 0;
};
struct CheckReport {
  std::vector<CheckedClass> classes;
  std::vector<std::pair<std::string, std::size_t>> formats;  // "JPEG", how many
  Spread width, height;                                      // of the good ones
  std::size_t pictures = 0;
  std::uint64_t bytes = 0;
  std::vector<SkippedPicture> bad;
  std::vector<std::pair<std::string, std::size_t>> bad_kinds;  // "truncated JPEG", how many; the most frequent first
  std::vector<SkippedPicture> warned;                          // the decoder complained, but every pixel is there
  std::size_t turned = 0;                                      // whose EXIF orientation is not upright
  PassedOver passed_over;
  std::vector<std::string> notes, problems;  // which folders were taken; what training would stop at, beside bad pictures
};
CheckReport check_pictures(const std::filesystem::path& folder, const Progress& = {});

}  // namespace cnnbench
