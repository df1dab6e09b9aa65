// What to say of a path that a person wrote and that is not there: the nearest that is.
#pragma once

#include <filesystem>
#include <string>

namespace cnnbench {

// "data/catdgo is not there; data holds catdog". Where no name is near: "...; the nearest folder that is there is /data".
std::string missing_path(const std::filesystem::path&);

}  // namespace cnnbench
