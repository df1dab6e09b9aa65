// `train --resume`: a run folder opened to go on with.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/results/state_file.hpp"

namespace cnnbench {

struct ResumedRun {
  std::filesystem::path folder;
  FolderClaim claim;
  Experiment experiment;                    // the run's own config, with `sets`
  std::shared_ptr<const SavedState> state;  // null: it was ended before its first one
  std::optional<RunResult> finished;        // nothing is left to do
};

// `path`: a run folder, whose newest state is taken, or one of its state files. Throws Error(usage) where there is no run.
// `claims`: the folder is this process' from now on; else it only reads it.
ResumedRun open_resumed(const std::string& path, const std::vector<std::string>& sets, bool claims = true);

// It ended by a signal or an error, not because it was done.
bool can_go_on(const RunResult&);

// The command that goes on with the run in this folder, as a shell takes it; empty: it cannot be gone on with.
std::string resume_command(const std::filesystem::path& folder);

}  // namespace cnnbench
