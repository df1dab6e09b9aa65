// The JSON header of a safetensors file: parsed strictly, with every promise it makes about the bytes behind it checked.
#pragma once

#include "cnnbench/core/safetensors.hpp"

namespace cnnbench {

inline constexpr std::uint64_t most_header_bytes = std::uint64_t{16} << 20;  // the largest models need a tenth of it

struct HeaderTensor {
  TensorView tensor;  // without its bytes
  std::uint64_t begin = 0, end = 0;
};

struct SafetensorsHeader {
  std::vector<HeaderTensor> tensors;  // sorted by where they begin
  std::map<std::string, std::string> metadata;
};

// `data_bytes`: how many bytes follow the header.
SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes, const std::string& file);

[[noreturn]] void bad_safetensors(const std::string& file, const std::string& problem);

// Elements times element size; Error if that overflows or a side is negative. `where` names the tensor.
std::uint64_t safetensors_bytes(const std::vector<std::int64_t>& shape, std::string_view dtype, const std::string& file,
                                const std::string& where);

}  // namespace cnnbench
