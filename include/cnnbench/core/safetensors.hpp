// The safetensors format (8 bytes of header length, a JSON header, the tensors' bytes): named arrays and a map of texts.
// Not here: torch, and any arithmetic. Format: README of the safetensors project; little endian, row-major.
// A file that is not exactly as the format says is an Error(failed) naming the file and the place, before memory is taken for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cnnbench {

struct TensorView {
  std::string name;
  std::string dtype;  // F32, BF16, F16, F64, I64, I32, I16, I8, U8, ..., BOOL
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

// Bytes of one element; 0 for a dtype that is not known.
std::size_t safetensors_element_size(std::string_view dtype);

// Atomic. Tensors are stored with the widest elements first, so that each is aligned, then by name.
void write_safetensors(const std::filesystem::path&, const std::vector<TensorView>&,
                       const std::map<std::string, std::string>& metadata);

class Safetensors {
 public:
  const std::vector<TensorView>& tensors() const { return tensors_; }  // in the order of the file
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const TensorView* find(std::string_view name) const;    // null: none
  const TensorView& at(std::string_view name) const;      // Error(failed) naming file and tensor
  const std::string& text(const std::string& key) const;  // of the metadata, likewise

 private:
  friend Safetensors read_safetensors(const std::filesystem::path&, std::uint64_t);
  std::string file_;
  std::unique_ptr<std::byte[]> bytes_;
  std::vector<TensorView> tensors_;
  std::map<std::string, std::string> metadata_;
};

Safetensors read_safetensors(const std::filesystem::path&, std::uint64_t max_bytes = std::uint64_t{16} << 30);

// Only the metadata, without reading the tensors; the header is checked all the same.
std::map<std::string, std::string> read_safetensors_metadata(const std::filesystem::path&);

}  // namespace cnnbench
