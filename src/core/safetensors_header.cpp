#include "safetensors_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::json;

// What goes into a message: short, and without control characters.
std::string shown(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, 80)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return name.size() > 80 ? out + "..." : out;
}

// nlohmann keeps the last of two equal keys without a word, and would build any nesting: both are refused while parsing.
Json parse_strictly(std::string_view text, const std::string& file) {
  std::vector<std::set<std::string>> keys;
  const auto check = [&](int depth, Json::parse_event_t event, Json& value) {
    if (depth > 4) bad_safetensors(file, "the header is nested too deeply");
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second)
      bad_safetensors(file, fmt::format("the header has '{}' twice", shown(value.get<std::string>())));
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::parse_error& error) {
    bad_safetensors(file, fmt::format("the header is no JSON, at byte {}", error.byte + 7));  // byte is 1-based; 8 come before
  }
}

std::uint64_t whole_number(const Json& json, const std::string& file, const std::string& where) {
  if (!json.is_number_unsigned()) bad_safetensors(file, fmt::format("{} is not a whole number from 0 on", where));
  return json.get<std::uint64_t>();
}

std::map<std::string, std::string> read_metadata(const Json& json, const std::string& file) {
  if (!json.is_object()) bad_safetensors(file, "__metadata__ is not an object");
  std::map<std::string, std::string> out;
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) bad_safetensors(file, fmt::format("__metadata__ '{}' is not a text", shown(key)));
    out[key] = value.get<std::string>();
  }
  return out;
}

HeaderTensor read_tensor(const std::string& name, const Json& json, const std::string& file) {
  const std::string where = fmt::format("tensor '{}'", shown(name));
  if (!json.is_object() || json.size() != 3 || !json.contains("dtype") || !json.contains("shape") || !json.contains("data_offsets"))
    bad_safetensors(file, fmt::format("{}: expected dtype, shape and data_offsets", where));
  const Json &dtype = json["dtype"], &shape = json["shape"], &offsets = json["data_offsets"];
  HeaderTensor out;
  out.tensor.name = name;
  if (!dtype.is_string() || safetensors_element_size(dtype.get_ref<const std::string&>()) == 0)
    bad_safetensors(file,
                    fmt::format("{}: unknown dtype {}", where, shown(dtype.dump(-1, ' ', true, Json::error_handler_t::replace))));
  out.tensor.dtype = dtype.get<std::string>();
  if (!shape.is_array()) bad_safetensors(file, fmt::format("{}: shape is not a list", where));
  for (const Json& side : shape) {
    const std::uint64_t value = whole_number(side, file, fmt::format("{}: a side of its shape", where));
    if (!std::in_range<std::int64_t>(value)) bad_safetensors(file, fmt::format("{}: its shape is too large", where));
    out.tensor.shape.push_back(static_cast<std::int64_t>(value));
  }
  if (!offsets.is_array() || offsets.size() != 2) bad_safetensors(file, fmt::format("{}: data_offsets is not a pair", where));
  out.begin = whole_number(offsets[0], file, fmt::format("{}: a data offset", where));
  out.end = whole_number(offsets[1], file, fmt::format("{}: a data offset", where));
  if (out.end < out.begin) bad_safetensors(file, fmt::format("{}: it ends before it begins", where));
  const std::uint64_t bytes = safetensors_bytes(out.tensor.shape, out.tensor.dtype, file, where);
  if (out.end - out.begin != bytes)
    bad_safetensors(file, fmt::format("{}: its shape needs {} bytes, its offsets give {}", where, bytes, out.end - out.begin));
  return out;
}

}  // namespace

void bad_safetensors(const std::string& file, const std::string& problem) {
  throw Error(ExitCode::failed, fmt::format("{}: not a valid safetensors file: {}", file, problem),
              "it may be cut off or another kind of file: use a whole copy, or an earlier checkpoint");
}

std::size_t safetensors_element_size(std::string_view dtype) {
  constexpr std::array sizes{std::pair{"F64", 8},  std::pair{"I64", 8},     std::pair{"U64", 8},    std::pair{"F32", 4},
                             std::pair{"I32", 4},  std::pair{"U32", 4},     std::pair{"F16", 2},    std::pair{"BF16", 2},
                             std::pair{"I16", 2},  std::pair{"U16", 2},     std::pair{"I8", 1},     std::pair{"U8", 1},
                             std::pair{"BOOL", 1}, std::pair{"F8_E4M3", 1}, std::pair{"F8_E5M2", 1}};
  for (const auto& [name, size] : sizes)
    if (dtype == name) return static_cast<std::size_t>(size);
  return 0;
}

std::uint64_t safetensors_bytes(const std::vector<std::int64_t>& shape, std::string_view dtype, const std::string& file,
                                const std::string& where) {
  std::uint64_t bytes = safetensors_element_size(dtype);
  for (const std::int64_t side : shape) {
    const auto factor = static_cast<std::uint64_t>(side);
    if (side < 0 || (factor != 0 && bytes > std::numeric_limits<std::uint64_t>::max() / factor))
      bad_safetensors(file, fmt::format("{}: its shape is too large", where));
    bytes *= factor;
  }
  return bytes;
}

SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes, const std::string& file) {
  if (!json.starts_with('{')) bad_safetensors(file, "the header does not begin with '{'");
  if (json.find('\0') != std::string_view::npos) bad_safetensors(file, "the header holds a zero byte");  // where the parser would end
  const Json header = parse_strictly(json, file);
  SafetensorsHeader out;
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__")
      out.metadata = read_metadata(value, file);
    else
      out.tensors.push_back(read_tensor(name, value, file));
  }
  std::stable_sort(out.tensors.begin(), out.tensors.end(), [](const HeaderTensor& a, const HeaderTensor& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  // No gaps, no overlaps, nothing behind: the format asks for it, and so nothing can hide in a file.
  std::uint64_t at = 0;
  for (const HeaderTensor& t : out.tensors) {
    if (t.begin != at)
      bad_safetensors(
          file, fmt::format("tensor '{}' begins at byte {} of the data, where {} was expected", shown(t.tensor.name), t.begin, at));
    at = t.end;
  }
  if (at != data_bytes) bad_safetensors(file, fmt::format("the tensors take {} bytes, the file has {}", at, data_bytes));
  return out;
}

}  // namespace cnnbench
