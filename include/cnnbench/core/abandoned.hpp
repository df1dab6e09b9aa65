// What a killed writer left beside the name that its file or folder was to get. A writer locks what it makes (flock); the system
// lets go of that when the process ends, however it ends. Who comes next to the same place removes what nobody holds.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

namespace cnnbench {

// The lock's descriptor, which a child does not inherit; -1 where another process holds it, or it cannot be opened.
int try_lock(const std::filesystem::path&);

// Those in `folder` whose names are such, that nobody holds, and that are a minute old: a younger one may be between being made and
// being locked. Whatever cannot be removed stays.
void remove_abandoned(const std::filesystem::path& folder, const std::function<bool(std::string_view name)>& is_such);

}  // namespace cnnbench
