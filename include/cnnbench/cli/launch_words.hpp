// The command that starts the ranks of a benchmark's cell.
#pragma once

#include <string>
#include <vector>

namespace cnnbench {

// The words to put before a command: of "srun -n {}", with the number of ranks for {}; words are what stands between spaces. Empty:
// mpirun, of as many as are asked for whatever the number of cores, by root too. The first becomes the path of that program. Throws
// Error(usage) where there is no {}, Error(failed) where the program is not found.
std::vector<std::string> launch_words(const std::string& launcher, int ranks);

}  // namespace cnnbench
