// SHA-256 (FIPS 180-4), to tell files, configs and data sets apart. Not for secrets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace cnnbench {

class Sha256 {
 public:
  void add(std::string_view bytes);
  std::string hex();  // 64 digits; nothing may be added afterwards

 private:
  void take(const std::uint8_t* block);
  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, 64> block_{};
  std::uint64_t bytes_ = 0;
};

std::string sha256(std::string_view bytes);
std::optional<std::string> sha256_of_file(const std::filesystem::path&);  // as sha256sum prints; nullopt: cannot be read

}  // namespace cnnbench
