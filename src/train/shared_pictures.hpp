// The ranks of a machine keep the decoded training pictures in common.
#pragma once

#include <memory>

#include "cnnbench/core/shared_memory.hpp"
#include "ranks/exchange.hpp"

namespace cnnbench {

// Called by all ranks together, with the bytes that they want. Null on all of them where a rank wants none or cannot have it
// (ranks in containers of their own do not see each other's processes).
std::shared_ptr<SharedMemory> share_pictures(std::size_t bytes, Exchange&);

}  // namespace cnnbench
