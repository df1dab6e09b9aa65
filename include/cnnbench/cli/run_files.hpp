// The files of a run folder that grow while it runs: log.txt, epochs.csv, TensorBoard's event files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "cnnbench/cli/tensorboard_log.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/results/run_state.hpp"

namespace spdlog {
class logger;
}

namespace cnnbench {

class RunFiles {
 public:
  // What a process before this one wrote after `from` goes: it is told again. null: of a new run.
  RunFiles(std::filesystem::path folder, const RunState* from);
  ~RunFiles();
  void operator()(const Event&);  // epochs.csv and the event files
  void preview(std::string_view png, ImageSize size) { board_->preview(png, size); }
  spdlog::logger& log() { return *log_; }
  // As RunState::files has them.
  std::map<std::string, std::uint64_t> sizes() const;

 private:
  std::filesystem::path folder_;
  std::shared_ptr<spdlog::logger> log_;
  LineFile csv_;
  std::optional<TensorboardLog> board_;
};

}  // namespace cnnbench
