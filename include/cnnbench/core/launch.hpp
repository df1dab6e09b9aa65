// Which of the processes of a run this one is. A run on several devices or machines is one process for each (a rank); torchrun,
// mpirun and srun start them together and tell each what it is by environment variables of their own.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace cnnbench {

struct Launch {
  std::string launcher{};              // "torchrun", "mpirun", "srun"; empty: none, this process is the whole run
  int rank = 0, size = 1;              // among all processes of the run; rank 0 reports and writes
  int local_rank = 0, local_size = 1;  // among those of this machine
  // Where the ranks find each other. Empty with mpirun, whose ranks know each other.
  std::string address{};
  int port = 0;
  bool store_is_there = false;  // torchrun's agent keeps it; else rank 0 does
  std::string attempt{};        // distinguishes the starts of one job: torchrun starts ranks again after a failure

  bool is_first() const { return rank == 0; }
};

// `variable` gives an environment variable, nullopt where it is not set. An inner launcher goes before an outer one: torchrun, then
// mpirun, then srun. Throws Error(usage) that names the variable which is missing or no number.
Launch read_launch(const std::function<std::optional<std::string>(const std::string&)>& variable);
const Launch& this_launch();  // of this process; read once

// The first host of a Slurm list: "node[07-12,20],b3" is node07.
std::string first_host(const std::string& slurm_list);

// Of `count` things in order, those of one rank: all ranks' parts together are 0..count-1, each once, and no two differ by more
// than one in length.
struct Part {
  std::size_t begin = 0, end = 0;
  std::size_t size() const { return end - begin; }
};
Part part_of(std::size_t count, int rank, int size);

}  // namespace cnnbench
