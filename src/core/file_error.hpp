// What the system says of a file, as the program's error.
#pragma once

#include <filesystem>
#include <string_view>

namespace cnnbench {

// Error(failed): "cannot VERB PATH: CAUSE", with a remedy where the cause has a usual one. `error`: an errno.
[[noreturn]] void fail_on_file(std::string_view verb, const std::filesystem::path&, int error);

}  // namespace cnnbench
