#include "cnnbench/core/launch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/whole_number.hpp"

namespace cnnbench {
namespace {

using Variable = std::function<std::optional<std::string>(const std::string&)>;

int number(const Variable& variable, const std::string& name, int least) {
  const std::optional<std::string> text = variable(name);
  if (!text)
    throw Error(ExitCode::usage, fmt::format("the launcher did not set {}", name), "start every rank by the same launcher");
  const std::optional<int> value = whole_number(*text);
  if (!value || *value < least)
    throw Error(ExitCode::usage, fmt::format("the environment variable {}={} is not what a launcher sets", name, *text),
                fmt::format("unset it, or set a number of at least {}", least));
  return *value;
}

int number_or(const Variable& variable, const std::string& name, int least, int otherwise) {
  return variable(name) ? number(variable, name, least) : otherwise;
}

void check(const Launch& l) {
  if (l.rank >= l.size || l.local_rank >= l.local_size || l.local_size > l.size)
    throw Error(ExitCode::usage,
                fmt::format("the launcher's environment contradicts itself: rank {} of {}, on this machine {} of {}", l.rank,
                            l.size, l.local_rank, l.local_size),
                "start every rank by the same launcher");
}

// https://docs.pytorch.org/docs/stable/elastic/run.html, "Environment Variables"
Launch of_torchrun(const Variable& variable) {
  Launch l{.launcher = "torchrun",
           .rank = number(variable, "RANK", 0),
           .size = number(variable, "WORLD_SIZE", 1),
           .local_rank = number_or(variable, "LOCAL_RANK", 0, 0),
           .local_size = number_or(variable, "LOCAL_WORLD_SIZE", 1, 1),
           .address = *variable("MASTER_ADDR"),
           .port = number(variable, "MASTER_PORT", 1),
           .store_is_there = variable("TORCHELASTIC_USE_AGENT_STORE") == "True",
           .attempt = fmt::format("{}/{}", variable("TORCHELASTIC_RUN_ID").value_or("none"),
                                  variable("TORCHELASTIC_RESTART_COUNT").value_or("0"))};
  return l;
}

// https://docs.open-mpi.org/en/v5.0.x/tuning-apps/environment-var.html
Launch of_mpirun(const Variable& variable) {
  return {.launcher = "mpirun",
          .rank = number(variable, "OMPI_COMM_WORLD_RANK", 0),
          .size = number(variable, "OMPI_COMM_WORLD_SIZE", 1),
          .local_rank = number(variable, "OMPI_COMM_WORLD_LOCAL_RANK", 0),
          .local_size = number(variable, "OMPI_COMM_WORLD_LOCAL_SIZE", 1)};
}

// "2(x3),1": tasks of the step's nodes in order.
int tasks_of_node(const std::string& list, int node) {
  std::size_t at = 0;
  for (int first = 0; at < list.size();) {
    int tasks = 0, times = 1;
    const char* const end = list.data() + list.size();
    auto [stop, error] = std::from_chars(list.data() + at, end, tasks);
    if (error != std::errc{}) break;
    if (end - stop > 2 && stop[0] == '(' && stop[1] == 'x') {
      stop = std::from_chars(stop + 2, end, times).ptr;
      if (stop != end && *stop == ')') ++stop;
    }
    if (node < first + times) return tasks;
    first += times;
    at = static_cast<std::size_t>(stop - list.data()) + 1;  // past the comma
  }
  throw Error(ExitCode::usage, fmt::format("SLURM_STEP_TASKS_PER_NODE={} says nothing of node {}", list, node),
              "start every rank by srun");
}

// https://slurm.schedmd.com/srun.html, "OUTPUT ENVIRONMENT VARIABLES". Of an allocation without srun there are some of them too: a
// step has SLURM_STEP_NUM_TASKS.
Launch of_srun(const Variable& variable) {
  Launch l{.launcher = "srun",
           .rank = number(variable, "SLURM_PROCID", 0),
           .size = number(variable, "SLURM_STEP_NUM_TASKS", 1),
           .local_rank = number(variable, "SLURM_LOCALID", 0)};
  l.local_size = tasks_of_node(variable("SLURM_STEP_TASKS_PER_NODE").value_or(std::to_string(l.size)),
                               number_or(variable, "SLURM_NODEID", 0, 0));
  l.address = variable("MASTER_ADDR").value_or(first_host(variable("SLURM_STEP_NODELIST").value_or("127.0.0.1")));
  const int job = number_or(variable, "SLURM_JOB_ID", 0, 0), step = number_or(variable, "SLURM_STEP_ID", 0, 0);
  // Jobs that share a machine want ports of their own; below the range that the kernel gives out.
  l.port = number_or(variable, "MASTER_PORT", 1, 12000 + (job * 37 + step) % 20000);
  l.attempt = fmt::format("{}.{}", job, step);
  return l;
}

}  // namespace

std::string first_host(const std::string& list) {
  const std::size_t bracket = list.find('['), comma = list.find(',');
  if (bracket == std::string::npos || comma < bracket) return list.substr(0, comma);
  const std::size_t end = list.find_first_of("-,]", bracket);
  const std::size_t close = list.find(']', bracket);
  if (end == std::string::npos || close == std::string::npos) return list;
  const std::size_t after = list.find(',', close);
  return list.substr(0, bracket) + list.substr(bracket + 1, end - bracket - 1) +
         list.substr(close + 1, after == std::string::npos ? after : after - close - 1);
}

Launch read_launch(const Variable& variable) {
  Launch l;
  if (variable("RANK") && variable("WORLD_SIZE") && variable("MASTER_ADDR"))
    l = of_torchrun(variable);
  else if (variable("OMPI_COMM_WORLD_SIZE"))
    l = of_mpirun(variable);
  else if (variable("SLURM_STEP_NUM_TASKS") && variable("SLURM_PROCID"))
    l = of_srun(variable);
  check(l);
  return l;
}

const Launch& this_launch() {
  static const Launch launch = read_launch([](const std::string& name) -> std::optional<std::string> {
    const char* const value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  });
  return launch;
}

Part part_of(std::size_t count, int rank, int size) {
  const auto r = static_cast<std::size_t>(rank), n = static_cast<std::size_t>(size);
  const std::size_t least = count / n, longer = count % n;
  const std::size_t begin = r * least + std::min(r, longer);
  return {begin, begin + least + (r < longer ? 1 : 0)};
}

}  // namespace cnnbench
