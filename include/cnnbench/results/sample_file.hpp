// The file that repetitions are kept in as they are measured, a JSON object a line, so that a killed benchmark or search goes on
// where it was. For one process at a time.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "cnnbench/core/files.hpp"

namespace cnnbench {

class SampleFile {
 public:
  // Reads what is there. What a kill cut off is gone: it is measured again. Throws Error(usage) where another process writes to it
  // or, unless `resume`, where it is there; the file that it belongs to is `for_file`, which the error names.
  SampleFile(const std::filesystem::path&, bool resume, const std::filesystem::path& for_file);
  SampleFile(const SampleFile&) = delete;
  SampleFile& operator=(const SampleFile&) = delete;

  const std::vector<nlohmann::ordered_json>& found() const { return found_; }
  void add(const nlohmann::ordered_json&);
  void remove();  // all is finished

 private:
  struct Lock {
    int fd = -1;
    ~Lock();
  };
  std::filesystem::path path_;
  Lock lock_;
  std::optional<LineFile> lines_;
  std::vector<nlohmann::ordered_json> found_;
};

// The file is there already, and nobody asked to go on with it.
[[noreturn]] void refuse_what_is_there(const std::filesystem::path&);

}  // namespace cnnbench
