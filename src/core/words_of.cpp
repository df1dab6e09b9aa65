#include "cnnbench/core/words_of.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace cnnbench {

std::string words_of(const std::exception& e) {
  const auto* of_file = dynamic_cast<const std::filesystem::filesystem_error*>(&e);
  if (of_file == nullptr) return e.what();
  return fmt::format("cannot use {}: {}", of_file->path1().empty() ? "a file" : of_file->path1().string(),
                     of_file->code().message());
}

}  // namespace cnnbench
