#include <CLI/CLI.hpp>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/cli/info_view.hpp"
#include "cnnbench/cli/nn_library.hpp"
#include "cnnbench/cli/output_options.hpp"
#include "cnnbench/cli/schemas.hpp"
#include "cnnbench/core/build_info.hpp"
#include "cnnbench/core/document.hpp"
#include "cnnbench/core/launch.hpp"
#include "cnnbench/data/places.hpp"
#include "cnnbench/measure/disk.hpp"
#include "cnnbench/measure/machine.hpp"
#include "cnnbench/measure/record_fields.hpp"
#include "cnnbench/measure/software.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

struct BuildRecord {
  BuildInfo build;
  std::string compiler_flags;
  std::optional<std::string> binary_hash;
};
struct TorchDevice {};
struct TorchRecord {};
struct DataRecord {};
struct Record {
  BuildRecord build;
  Json torch, machine, data, software;
  Launch launch;
};

}  // namespace

template <>
struct Fields<BuildRecord> {
  static constexpr std::string_view name = "build", text = "Of cnnbench.";
  static void of(auto& b, auto&& field) {
    field("version", b.build.version, "Of cnnbench.");
    field("commit", b.build.commit, "Git commit; -dirty: with changes.");
    field("compiler", b.build.compiler, "Name and version.");
    field("compiler_flags", b.compiler_flags, "For this build type.");
    field("build_type", b.build.build_type, "CMake's.");
    field("sanitize", b.build.sanitize.empty() ? std::nullopt : std::optional<std::string>(b.build.sanitize),
          "Sanitizers. null: none.");
    field("optimized", b.build.optimized, "false: speeds of this build mean nothing.");
    field("binary_hash", b.binary_hash, "As in result.json.", sha256_text);
  }
};

// torch_info() (train) makes the first seven, and what it knows of each device.
template <>
struct Fields<TorchDevice> {
  static constexpr std::string_view name = "cuda_device", text = "A GPU that torch can use.";
  static void of(auto&, auto&& field) {
    field("name", std::string{}, "Model.");
    field("memory_bytes", Maybe<std::int64_t>{}, "Bytes.", not_negative);
    field("compute_capability", Maybe<std::string>{}, "Of CUDA.");
    field("multiprocessors", Maybe<int>{}, "Number.", at_least_1);
  }
};
template <>
struct Fields<TorchRecord> {
  static constexpr std::string_view name = "torch", text = "The libtorch that was found.";
  static void of(auto&, auto&& field) {
    using Text = std::optional<std::string>;
    field("libtorch", Text{}, "Version. null: it could not be loaded, see problem.");
    field("cuda_version", Text{}, "Of the CUDA runtime that it brings. null: none.");
    field("cuda_devices", std::vector<TorchDevice>{}, "That torch can use.");
    field("cpu_capability", Text{}, "Vector instructions that its own kernels use.");
    field("mkldnn", std::optional<bool>{}, "oneDNN is built in.");
    field("compute_threads", std::optional<int>{}, "Threads of an operation unless told otherwise.", at_least_1);
    field("folder", Text{}, "Where its libraries are.");
    field("found", Text{}, "How it was found.");
    field("problem", Text{}, "Why it could not be loaded. null: it was.");
  }
};

template <>
struct Fields<DataRecord> {
  static constexpr std::string_view name = "data", text = "Where data sets live.";
  static void of(auto&, auto&& field) {
    using Text = std::optional<std::string>;
    field("folder", std::string{}, "The data root.");
    field("file_system", Text{}, "Its type.");
    field("disk", Text{}, "Kind of disk below; virtual: what it is made of cannot be told.",
          Rule{.pattern = "^(solid state|turning|virtual)$"});
    field("free_bytes", std::optional<std::uint64_t>{}, "Bytes.", not_negative);
  }
};

template <>
struct Fields<Launch> {
  static constexpr std::string_view name = "launch",
                                    text = "Which process of a run this is, by what its launcher set in the environment.";
  static void of(auto& l, auto&& field) {
    field("launcher", l.launcher, "torchrun, mpirun or srun. Empty: none.");
    field("rank", l.rank, "Among all; 0 reports and writes.", not_negative);
    field("size", l.size, "All.", at_least_1);
    field("local_rank", l.local_rank, "Among those of this machine.", not_negative);
    field("local_size", l.local_size, "Those of this machine.", at_least_1);
    field("address", l.address, "Where the ranks find each other. Empty: none is needed.");
    field("port", l.port, "There.", not_negative);
  }
};

template <>
struct Fields<Record> {
  static constexpr std::string_view name = "info",
                                    text =
                                        "All that a number depends on: this build, its libtorch, this machine. machine and "
                                        "software are the same objects as in result.json. Unknown is null.";
  static constexpr int version = 1;
  static void of(auto& r, auto&& field) {
    field("build", r.build, "Of cnnbench.");
    field("torch", r.torch, "The libtorch that was found.", Rule{.shape = schema::ref<TorchRecord>});
    field("machine", r.machine, "As in result.json.", Rule{.shape = schema::ref<MachineRecord>});
    field("data", r.data, "Where data sets live.", Rule{.shape = schema::ref<DataRecord>});
    field("software", r.software, "As in result.json.", Rule{.shape = schema::ref<SoftwareRecord>});
    field("launch", r.launch, "Of ranks: which one this is.");
  }
};

Json info_schema() { return document_schema<Record>("cnnbench info --json"); }

namespace {

// Without torch the rest of the machine is told all the same; the exit code says that training will not work.
Json torch_record() {
  Json record{{"libtorch", nullptr},       {"cuda_version", nullptr}, {"cuda_devices", Json::array()},
              {"cpu_capability", nullptr}, {"mkldnn", nullptr},       {"compute_threads", nullptr},
              {"folder", nullptr},         {"found", nullptr},        {"problem", nullptr}};
  try {
    record.update(nn_api().torch_info());
    record["folder"] = nn_torch_folder().lib.string();
    record["found"] = nn_torch_folder().source;
  } catch (const Error& e) {
    record["problem"] = e.what();
    Console::get().error(e.what(), e.remedy());
    set_exit_status(e.code());
  }
  return record;
}

Json data_record() {
  Json record{{"folder", data_root().string()}};
  record.update(disk_record(data_root()));
  return record;
}

void info_command(const OutputOptions& output) {
  output.check();
  const Json software = software_record(), torch = torch_record();  // torch first: its half of the program is part of the hash
  const Json record = document(Record{.build = {build_info(), software.at("compiler_flags"), binary_hash()},
                                      .torch = torch,
                                      .machine = machine_record(),
                                      .data = data_record(),
                                      .software = software,
                                      .launch = this_launch()});
  output.put([&] { return info_text(record); }, [&] { return record; });
}

}  // namespace

void add_info(CLI::App& app) {
  const auto output = std::make_shared<OutputOptions>();
  CLI::App* command =
      app.add_subcommand("info", "this build, the libtorch it found, and this machine: all that a number depends on");
  output->add_to(*command);
  command->callback([output] { info_command(*output); });
}

}  // namespace cnnbench
