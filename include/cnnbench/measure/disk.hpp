// What a folder lies on: pictures read from a network or a turning disk are another benchmark than pictures in memory.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

namespace cnnbench {

// {"file_system": "ext4", "disk": "solid state" | "turning" | "virtual", "free_bytes": ...}; null where unknown (tmpfs has no disk).
// A folder that does not exist yet counts as its nearest parent that does. `root` is of /proc and /sys.
nlohmann::ordered_json disk_record(const std::filesystem::path& folder, const std::filesystem::path& root = "/");

}  // namespace cnnbench
