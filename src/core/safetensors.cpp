#include "cnnbench/core/safetensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/json_text.hpp"
#include "safetensors_header.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

static_assert(std::endian::native == std::endian::little, "lengths and tensors are copied as they lie in memory");

struct Opened {
  std::ifstream stream;  // stands where the tensors begin
  std::string file;
  SafetensorsHeader header;
  std::uint64_t data_bytes = 0;
};

void read_exactly(std::ifstream& stream, char* out, std::uint64_t bytes, const std::string& file) {
  stream.read(out, static_cast<std::streamsize>(bytes));
  if (!stream) bad_safetensors(file, "it ended while it was read");
}

Opened open_safetensors(const fs::path& path) {
  Opened out;
  out.file = path.string();
  std::error_code error;
  const std::uint64_t size = fs::file_size(path, error);  // an error for a folder or a pipe, too
  if (!error) out.stream.open(path, std::ios::binary);
  if (error || !out.stream)
    throw Error(ExitCode::failed, fmt::format("cannot read {}: {}", out.file, error ? error.message() : "it cannot be opened"),
                "check the path and its permissions");
  std::uint64_t header_bytes = 0;
  if (size < sizeof header_bytes) bad_safetensors(out.file, fmt::format("it has {} bytes, not even the header's length", size));
  read_exactly(out.stream, reinterpret_cast<char*>(&header_bytes), sizeof header_bytes, out.file);
  if (header_bytes > size - sizeof header_bytes)
    bad_safetensors(out.file, fmt::format("the header should have {} bytes, the file has {}", header_bytes, size));
  if (header_bytes > most_header_bytes)
    bad_safetensors(out.file, fmt::format("the header should have {} bytes, more than any network needs", header_bytes));
  std::string json(header_bytes, '\0');
  read_exactly(out.stream, json.data(), header_bytes, out.file);
  out.data_bytes = size - sizeof header_bytes - header_bytes;
  out.header = parse_safetensors_header(json, out.data_bytes, out.file);
  return out;
}

void check_for_writing(const std::vector<TensorView>& tensors, const std::string& file) {
  std::set<std::string_view> names;
  for (const TensorView& t : tensors) {
    const auto fail = [&](std::string_view problem) {
      throw Error(ExitCode::failed, fmt::format("cannot write {}: tensor '{}' {}", file, t.name, problem));
    };
    if (t.name == "__metadata__" || !names.insert(t.name).second) fail("has a name that is taken");
    if (safetensors_element_size(t.dtype) == 0) fail(fmt::format("has the unknown dtype {}", t.dtype));
    if (safetensors_bytes(t.shape, t.dtype, file, t.name) != t.bytes.size()) fail("has not as many bytes as its shape says");
  }
}

}  // namespace

void write_safetensors(const fs::path& path, const std::vector<TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  check_for_writing(tensors, path.string());
  std::vector<const TensorView*> order;
  for (const TensorView& t : tensors) order.push_back(&t);
  std::sort(order.begin(), order.end(), [](const TensorView* a, const TensorView* b) {
    const auto size_a = safetensors_element_size(a->dtype), size_b = safetensors_element_size(b->dtype);
    return size_a != size_b ? size_a > size_b : a->name < b->name;
  });
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t at = 0;
  for (const TensorView* t : order) {
    header[t->name] = {{"dtype", t->dtype}, {"shape", t->shape}, {"data_offsets", {at, at + t->bytes.size()}}};
    at += t->bytes.size();
  }
  // Class names come from folder names, which need not be UTF-8.
  std::string json = json_line(header);
  json.append((8 - json.size() % 8) % 8, ' ');
  if (json.size() > most_header_bytes)
    throw Error(ExitCode::failed, fmt::format("cannot write {}: its header would be too large", path.string()));
  const std::uint64_t length = json.size();
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(json);
  for (const TensorView* t : order) file.write(t->bytes);
  file.commit();
}

Safetensors read_safetensors(const fs::path& path, std::uint64_t max_bytes) {
  Opened opened = open_safetensors(path);
  if (opened.data_bytes > max_bytes)
    throw Error(ExitCode::failed, fmt::format("cannot read {}: its tensors take more than {} bytes", opened.file, max_bytes),
                "check that this is the file you mean");
  Safetensors out;
  out.file_ = opened.file;
  out.bytes_ = std::make_unique_for_overwrite<std::byte[]>(opened.data_bytes);
  read_exactly(opened.stream, reinterpret_cast<char*>(out.bytes_.get()), opened.data_bytes, opened.file);
  for (HeaderTensor& t : opened.header.tensors) {
    t.tensor.bytes = {out.bytes_.get() + t.begin, static_cast<std::size_t>(t.end - t.begin)};
    out.tensors_.push_back(std::move(t.tensor));
  }
  out.metadata_ = std::move(opened.header.metadata);
  return out;
}

std::map<std::string, std::string> read_safetensors_metadata(const fs::path& path) {
  return open_safetensors(path).header.metadata;
}

const TensorView* Safetensors::find(std::string_view name) const {
  const auto found = std::find_if(tensors_.begin(), tensors_.end(), [&](const TensorView& t) { return t.name == name; });
  return found == tensors_.end() ? nullptr : &*found;
}

const TensorView& Safetensors::at(std::string_view name) const {
  if (const TensorView* tensor = find(name)) return *tensor;
  throw Error(ExitCode::failed, fmt::format("{}: it has no tensor '{}'", file_, name),
              "check that it is a checkpoint of this network");
}

const std::string& Safetensors::text(const std::string& key) const {
  const auto found = metadata_.find(key);
  if (found != metadata_.end()) return found->second;
  throw Error(ExitCode::failed, fmt::format("{}: its metadata has no '{}'", file_, key),
              "check that it is a checkpoint of cnnbench");
}

}  // namespace cnnbench
