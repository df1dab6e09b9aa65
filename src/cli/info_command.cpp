#include <CLI/CLI.hpp>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/cli/info_view.hpp"
#include "cnnbench/cli/nn_library.hpp"
#include "cnnbench/core/build_info.hpp"
#include "cnnbench/data/places.hpp"
#include "cnnbench/measure/disk.hpp"
#include "cnnbench/measure/machine.hpp"
#include "cnnbench/measure/software.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

constexpr int info_schema_version = 1;

Json build_record(const Json& software) {
  const BuildInfo build = build_info();
  const auto hash = binary_hash();
  return {{"version", build.version},       {"commit", build.commit},
          {"compiler", build.compiler},     {"compiler_flags", software.at("compiler_flags")},
          {"build_type", build.build_type}, {"sanitize", build.sanitize.empty() ? Json(nullptr) : Json(build.sanitize)},
          {"optimized", build.optimized},   {"binary_hash", hash ? Json(*hash) : Json(nullptr)}};
}

// Without torch the rest of the machine is told all the same; the exit code says that training will not work.
Json torch_record() {
  Json record{{"libtorch", nullptr},        {"cuda_devices", Json::array()},
              {"cpu_capability", nullptr},  {"mkldnn", nullptr},
              {"compute_threads", nullptr}, {"folder", nullptr},
              {"found", nullptr},           {"problem", nullptr}};
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

void info_command(bool json) {
  const Json software = software_record(), torch = torch_record();  // torch first: its half of the program is part of the hash
  const Json record{{"schema_version", info_schema_version}, {"build", build_record(software)}, {"torch", torch},
                    {"machine", machine_record()},           {"data", data_record()},           {"software", software}};
  if (json)
    Console::get().document(record.dump(2, ' ', false, Json::error_handler_t::replace));
  else
    Console::get().result(info_text(record));
}

}  // namespace

void add_info(CLI::App& app) {
  const auto json = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("info", "this build, the libtorch it found, and this machine: all that a number depends on");
  command->add_flag("--json", *json, "as JSON");
  command->callback([json] { info_command(*json); });
}

}  // namespace cnnbench
