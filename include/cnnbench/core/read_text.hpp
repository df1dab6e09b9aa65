// Small text files of /proc and /sys: what cannot be read is nullopt, nothing is larger than 4 MiB.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cnnbench {

std::optional<std::string> read_text(const std::filesystem::path&);
std::optional<std::string> read_line(const std::filesystem::path&);  // the first line, trimmed
std::optional<std::int64_t> read_integer(const std::filesystem::path&);

std::optional<std::int64_t> parse_integer(std::string_view);  // all of it, or nullopt
std::string_view trimmed(std::string_view);
std::vector<std::string_view> split(std::string_view text, char separator);
std::vector<std::string_view> words(std::string_view line);  // by spaces and tabs

// "0-3,8" -> 0 1 2 3 8; what is not understood is left out.
std::vector<int> parse_cpu_list(std::string_view);

// The number after `key` in lines like "MemAvailable:   123 kB" or "throttled_usec 55".
std::optional<std::int64_t> keyed_integer(std::string_view text, std::string_view key);

}  // namespace cnnbench
