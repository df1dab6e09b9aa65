#include "cnnbench/cli/resume.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/read_json.hpp"
#include "cnnbench/results/stopped.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_result = 1ULL << 30;

// The result of a run that is at its end by the config that it shall go on with.
std::optional<RunResult> finished(const fs::path& folder, const Experiment& asked) {
  std::error_code none;
  if (!fs::is_regular_file(folder / "result.json", none)) return std::nullopt;
  const std::string file = (folder / "result.json").string();
  RunResult result = run_result_from_json(read_json(read_file(file, largest_result)), file);
  Experiment now = asked;
  now.train.precision = result.experiment.train.precision;  // as it was resolved
  if (can_go_on(result) || now != result.experiment) return std::nullopt;
  return result;
}

std::string quoted(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("/._-+=:,@%").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

}  // namespace

bool can_go_on(const RunResult& r) { return signal_in(r.stopped) || error_in(r.stopped); }

ResumedRun open_resumed(const std::string& path, const std::vector<std::string>& sets, bool claims) {
  std::error_code none;
  const bool names_a_state = fs::is_regular_file(path, none);
  const fs::path folder =
      names_a_state ? (fs::path(path).has_parent_path() ? fs::path(path).parent_path() : fs::path(".")) : fs::path(path);
  if (!fs::is_regular_file(folder / "config.json", none))
    throw Error(ExitCode::usage,
                fmt::format("--resume {}: there is no run ({} is not there)", path, (folder / "config.json").string()),
                "name the folder that `train` said at its end, or that --run named");
  ResumedRun run{
      .folder = folder, .claim = claims ? reuse_run_folder(folder) : FolderClaim(), .experiment = {}, .state = {}, .finished = {}};
  run.experiment = load_experiment(folder / "config.json", {.sets = sets, .environment = process_environment()});
  if (!names_a_state) run.finished = finished(folder, run.experiment);
  if (run.finished) return run;
  const std::vector<fs::path> states = state_files(folder);
  if (names_a_state || !states.empty())
    run.state = std::make_shared<const SavedState>(read_state(names_a_state ? fs::path(path) : states.front()));
  return run;
}

std::string resume_command(const fs::path& folder) {
  return state_files(folder).empty() ? "" : "cnnbench train --resume " + quoted(folder.string());
}

}  // namespace cnnbench
