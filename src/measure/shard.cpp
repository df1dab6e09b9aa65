#include "cnnbench/measure/shard.hpp"

#include <fmt/format.h>

#include <string_view>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/whole_number.hpp"

namespace cnnbench {
namespace {

constexpr int most_shards = 100'000;  // as many as a grid has cells

int array_number(const EnvironmentVariable& variable, const char* name) {
  const std::optional<std::string> text = variable(name);
  if (!text)
    throw Error(ExitCode::usage, fmt::format("--shard slurm: {} is not set, so this is no task of a job array", name),
                "submit it with sbatch --array=1-N, or give --shard I/N");
  const std::optional<int> value = whole_number(*text);
  if (!value || *value < 0)
    throw Error(ExitCode::usage, fmt::format("--shard slurm: {}={} is not what Slurm sets", name, *text),
                "submit it with sbatch --array=1-N, or give --shard I/N");
  return *value;
}

// https://slurm.schedmd.com/job_array.html, "Job ID and Environment Variables"
Shard shard_of_array(const EnvironmentVariable& variable) {
  const int id = array_number(variable, "SLURM_ARRAY_TASK_ID"), min = array_number(variable, "SLURM_ARRAY_TASK_MIN"),
            max = array_number(variable, "SLURM_ARRAY_TASK_MAX"), count = array_number(variable, "SLURM_ARRAY_TASK_COUNT"),
            step = variable("SLURM_ARRAY_TASK_STEP") ? array_number(variable, "SLURM_ARRAY_TASK_STEP") : 1;
  const bool regular = step >= 1 && min <= id && id <= max && (id - min) % step == 0 && (max - min) / step + 1 == count;
  // Of --array=1,2,5 no task can tell how many come before it.
  if (!regular)
    throw Error(
        ExitCode::usage,
        fmt::format("--shard slurm: task {} of an array of {} from {} to {} in steps of {}: its place among them is not known", id,
                    count, min, max, step),
        fmt::format("submit a range, sbatch --array=1-{}; of single tasks give --shard I/N with the N of the whole sweep", count));
  return {(id - min) / step + 1, count};
}

}  // namespace

std::string shard_text(const Shard& shard) { return fmt::format("{}/{}", shard.index, shard.count); }

Shard parse_shard(const std::string& text, const EnvironmentVariable& variable) {
  if (text == "slurm") return shard_of_array(variable);
  const std::size_t slash = text.find('/');
  const auto index = whole_number(std::string_view(text).substr(0, slash));
  const auto count = slash == std::string::npos ? std::nullopt : whole_number(std::string_view(text).substr(slash + 1));
  if (!index || !count)
    throw Error(ExitCode::usage, fmt::format("--shard {}: is no I/N", text), "as --shard 2/3, or --shard slurm in a job array");
  if (*count < 1 || *count > most_shards)
    throw Error(ExitCode::usage, fmt::format("--shard {}: there are 1 to {} shards", text, most_shards), "as --shard 2/3");
  if (*index < 1 || *index > *count)
    throw Error(ExitCode::usage, fmt::format("--shard {}: shards count from 1 to {}", text, *count),
                fmt::format("the first is --shard 1/{0}, the last --shard {0}/{0}", *count));
  return {*index, *count};
}

bool in_slurm_array(const EnvironmentVariable& variable) {
  const auto count = variable("SLURM_ARRAY_TASK_COUNT");
  return variable("SLURM_ARRAY_TASK_ID") && count && whole_number(*count).value_or(0) > 1;
}

int shard_of(std::size_t place, int count) {
  const auto base = static_cast<std::size_t>(count);
  if (base == 1) return 1;
  std::size_t sum = 0;
  for (std::size_t rest = place; rest > 0; rest /= base) sum += rest % base;
  return static_cast<int>(sum % base) + 1;
}

}  // namespace cnnbench
