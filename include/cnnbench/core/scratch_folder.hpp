// A folder of the process' own in the temporary folder (TMPDIR), in the working folder where nobody may write there (a read-only root);
// gone with the object.
#pragma once

#include <filesystem>

namespace cnnbench {

class ScratchFolder {
 public:
  // Also removes those of processes that were killed. Throws Error(failed) where none can be made.
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int lock_ = -1;  // of the folder, held as long as it is in use
};

}  // namespace cnnbench
