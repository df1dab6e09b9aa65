#include "cnnbench/results/state_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <system_error>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/core/read_json.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

constexpr const char *run_tensor = "run", *checksums_key = "cnnbench_state", *checksum_key = "cnnbench_state_crc32";
constexpr std::string_view prefix = "state-", suffix = ".safetensors";

std::string crc_of(std::span<const std::byte> bytes) {
  return fmt::format("{:08x}", ::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}
std::string crc_of(const std::string& text) { return crc_of(std::as_bytes(std::span(text))); }

// What a checksum is of: the bytes, and what they are said to be.
std::string tensor_checksum(const TensorView& t) {
  return fmt::format("{} {} {}", t.dtype, fmt::join(t.shape, "x"), crc_of(t.bytes));
}

std::optional<std::uint64_t> step_of(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name.size() <= prefix.size() + suffix.size() || !name.starts_with(prefix) || !name.ends_with(suffix)) return std::nullopt;
  std::uint64_t step = 0;
  const char *begin = name.data() + prefix.size(), *end = name.data() + name.size() - suffix.size();
  const auto [last, error] = std::from_chars(begin, end, step);
  return error == std::errc() && last == end ? std::optional(step) : std::nullopt;
}

std::string remedy_beside(const fs::path& file) {
  for (const fs::path& other : state_files(file.parent_path()))
    if (other != file && step_of(other) < step_of(file))
      return fmt::format("an older one is {}: --resume takes it by name", other.string());
  return "start the run again; train.keep_checkpoints=2 keeps the one before, too";
}

[[noreturn]] void damaged(const fs::path& file, const std::string& what) {
  throw Error(ExitCode::failed, fmt::format("{} is damaged: {}", file.string(), what), remedy_beside(file));
}

Json checksums_in(const Safetensors& stored, const fs::path& file) {
  const auto found = stored.metadata().find(checksums_key), own = stored.metadata().find(checksum_key);
  if (found == stored.metadata().end() || own == stored.metadata().end()) damaged(file, "it has no checksums");
  if (own->second != crc_of(found->second)) damaged(file, "its list of checksums is not as it was written");
  const Json checksums = read_json(found->second);
  if (!checksums.is_object()) damaged(file, "its list of checksums is none");
  return checksums;
}

}  // namespace

std::string state_file_name(std::uint64_t step) { return fmt::format("{}{:08}{}", prefix, step, suffix); }

void write_state(const fs::path& file, std::vector<TensorView> tensors, const RunState& run) {
  const std::string text = json_line(to_json(run));
  tensors.push_back({.name = run_tensor,
                     .dtype = "U8",
                     .shape = {static_cast<std::int64_t>(text.size())},
                     .bytes = std::as_bytes(std::span(text))});
  Json checksums = Json::object();
  for (const TensorView& t : tensors) checksums[t.name] = tensor_checksum(t);
  const std::string list = json_line(checksums);
  write_safetensors(file, tensors, {{checksums_key, list}, {checksum_key, crc_of(list)}});
}

SavedState read_state(const fs::path& file) {
  Safetensors stored = [&] {
    try {
      return read_safetensors(file);
    } catch (const Error& e) {
      throw Error(e.code(), e.what(), remedy_beside(file));
    }
  }();
  const Json checksums = checksums_in(stored, file);
  for (const auto& [name, checksum] : checksums.items()) {
    const TensorView* tensor = stored.find(name);
    if (tensor == nullptr) damaged(file, fmt::format("it lacks the tensor {}", name));
    if (checksum != tensor_checksum(*tensor)) damaged(file, fmt::format("its tensor {} is not as it was written", name));
  }
  if (stored.tensors().size() != checksums.size()) damaged(file, "it has tensors that were not written with the others");
  const TensorView& run = stored.at(run_tensor);
  const Json json = read_json(std::string(reinterpret_cast<const char*>(run.bytes.data()), run.bytes.size()));
  return {file.string(), run_state_from_json(json, file.string()), std::move(stored)};
}

std::vector<fs::path> state_files(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code ignored;
  for (fs::directory_iterator entry(folder.empty() ? "." : folder, ignored), end; entry != end; entry.increment(ignored))
    if (step_of(entry->path())) out.push_back(folder / entry->path().filename());
  std::sort(out.begin(), out.end(), [](const fs::path& a, const fs::path& b) { return step_of(a) > step_of(b); });
  return out;
}

void remove_old_states(const fs::path& newest, int keep) {
  int kept = 0;
  std::error_code ignored;  // one that stays costs room, nothing else
  for (const fs::path& file : state_files(newest.parent_path()))
    if (step_of(file) > step_of(newest) || ++kept > keep) fs::remove(file, ignored);
}

}  // namespace cnnbench
