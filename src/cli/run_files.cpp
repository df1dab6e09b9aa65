#include "cnnbench/cli/run_files.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <system_error>
#include <vector>

#include "cnnbench/cli/console.hpp"
#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;

constexpr const char *log_name = "log.txt", *csv_name = "epochs.csv", *board_name = "tensorboard";

// Below the run folder; not epochs.csv, which is written anew from the epochs.
std::vector<std::string> growing_files(const fs::path& folder) {
  std::vector<std::string> out;
  std::error_code ignored;
  if (fs::is_regular_file(folder / log_name, ignored)) out.emplace_back(log_name);
  for (fs::recursive_directory_iterator entry(folder / board_name, ignored), end; entry != end; entry.increment(ignored))
    if (entry->is_regular_file(ignored)) out.push_back(fs::relative(entry->path(), folder, ignored).string());
  return out;
}

void cut_back(const fs::path& folder, const RunState& from) {
  for (const std::string& name : growing_files(folder)) {
    const auto kept = from.files.find(name);
    if (kept == from.files.end())
      fs::remove(folder / name);
    else if (fs::file_size(folder / name) > kept->second)
      fs::resize_file(folder / name, kept->second);
  }
  std::vector<EpochRow> rows = from.result.epochs;
  if (from.step == 0 && !rows.empty()) rows.pop_back();  // whose state was taken before it was told
  write_atomic(folder / csv_name, epochs_csv(rows));
}

std::shared_ptr<spdlog::logger> open_log(const fs::path& file) {
  std::shared_ptr<spdlog::logger> logger;
  try {
    logger = std::make_shared<spdlog::logger>("run", std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string()));
  } catch (const spdlog::spdlog_ex& e) {
    throw Error(ExitCode::failed, fmt::format("cannot write {}: {}", file.string(), e.what()),
                "name a folder that can be written to with --run");
  }
  // A full disk costs the log, not the run; said once.
  logger->set_error_handler([said = false](const std::string& problem) mutable {
    if (!said) Console::get().warn("log.txt is not whole: " + problem);
    said = true;
  });
  logger->set_pattern("%Y-%m-%dT%H:%M:%S%z %v");
  logger->flush_on(spdlog::level::info);
  return logger;
}

}  // namespace

RunFiles::RunFiles(fs::path folder, const RunState* from) : folder_(std::move(folder)) {
  if (from) cut_back(folder_, *from);
  log_ = open_log(folder_ / log_name);
  csv_ = LineFile(folder_ / csv_name);
  if (!from) csv_.line(epochs_csv_header());
  board_.emplace(folder_);
}

RunFiles::~RunFiles() = default;

void RunFiles::operator()(const Event& event) {
  (*board_)(event);
  if (const auto* done = std::get_if<EpochDone>(&event)) csv_.line(epochs_csv_row(done->row));
}

std::map<std::string, std::uint64_t> RunFiles::sizes() const {
  std::map<std::string, std::uint64_t> out;
  std::error_code gone;
  for (const std::string& name : growing_files(folder_))
    if (const std::uintmax_t size = fs::file_size(folder_ / name, gone); !gone) out[name] = size;
  return out;
}

}  // namespace cnnbench
