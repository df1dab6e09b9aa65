// A safetensors file: weights, a run's state. What is read is written again and reads the same; what RunState says of a run is
// tried whatever its checksums say, which no fuzzer finds.
#include <algorithm>
#include <fstream>

#include "cnnbench/core/read_json.hpp"
#include "cnnbench/results/state_file.hpp"
#include "support/temporary_folder.hpp"
#include "targets.hpp"

namespace cnnbench::fuzz {
namespace {

namespace fs = std::filesystem;

bool same(const Safetensors& a, const Safetensors& b) {
  const auto equal = [&](const TensorView& t) {
    const TensorView* u = b.find(t.name);
    return u && u->dtype == t.dtype && u->shape == t.shape && std::ranges::equal(u->bytes, t.bytes);
  };
  return a.metadata() == b.metadata() && a.tensors().size() == b.tensors().size() && std::ranges::all_of(a.tensors(), equal);
}

// Whether it is one.
bool run_state(const TensorView& run) {
  const auto json = read_json(std::string_view(reinterpret_cast<const char*>(run.bytes.data()), run.bytes.size()));
  try {
    const auto written = to_json(run_state_from_json(json, "s"));
    require(to_json(run_state_from_json(written, "s")) == written, "a run's state that is read otherwise than it was written");
    return true;
  } catch (const Error& e) {
    require(e.code() == ExitCode::failed, e.what());
    require_readable(e);
    return false;
  }
}

}  // namespace

bool state(Input in) {
  static const test::TemporaryFolder folder;
  static const fs::path file = folder.path() / state_file_name(1), copy = folder.path() / "copy.safetensors";
  folder.put(file.filename(), std::string(text_of(in)));
  bool whole = false;
  try {
    const Safetensors read = read_safetensors(file);
    require(read_safetensors_metadata(file) == read.metadata(), "metadata that is read otherwise by itself");
    write_safetensors(copy, read.tensors(), read.metadata());
    require(same(read, read_safetensors(copy)), "tensors that are read otherwise than they were written");
    if (const TensorView* run = read.find("run")) whole = run_state(*run);
    read_state(file);
  } catch (const Error& e) {
    require(e.code() == ExitCode::failed && std::string_view(e.what()).find(file.string()) != std::string_view::npos, e.what());
    require_readable(e);
    return whole;
  }
  return true;
}

}  // namespace cnnbench::fuzz
