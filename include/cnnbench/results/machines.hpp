// Which machine a row was measured on, as a key and as a name for people. Machines have no names of their own here, only a hash.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cnnbench/results/row.hpp"

namespace cnnbench {

// Two rows of one machine have the same. Empty: unknown, as of a cell that failed before anything ran.
std::string machine_key(const Row&);

// "AMD EPYC 7B13, 8 cores", or the GPU. Two machines of one kind get part of their hash: "..., 8 cores (1a2b3c)".
std::map<const Row*, std::string> machine_names(const std::vector<const Row*>&);

}  // namespace cnnbench
