// What carries tensors between the ranks of a run. Each is a c10d backend, so that libtorch's Reducer and collectives work on it.
#pragma once

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include <chrono>
#include <functional>
#include <string>

#include "cnnbench/core/launch.hpp"

namespace cnnbench {

using Engine = c10::intrusive_ptr<c10d::Backend>;

// How long a rank waits for the others before it gives them up: every rank is then at its end within half a minute.
inline constexpr std::chrono::seconds patience{20};
// To find each other: ranks start as fast as their machines load libtorch.
inline constexpr std::chrono::minutes patience_at_start{5};

// Where the ranks that torchrun or srun started find each other.
c10::intrusive_ptr<c10d::Store> meeting_place(const Launch&);

// libtorch's own, over TCP. GLOO_SOCKET_IFNAME names the network interface, as with PyTorch.
Engine gloo_engine(const Launch&, const c10::intrusive_ptr<c10d::Store>&);

// The same of ranks that need no store of their own to find each other (mpirun's): the first one opens it, `of_first` tells the
// others where.
c10::intrusive_ptr<c10d::Store> meeting_place(const Launch&, const std::function<std::string(const std::string&)>& of_first);

// NCCL's collectives of tensors on that CUDA device; libtorch's, which loads NCCL. Throws Error(no_device) where this program was
// built without CUDA's headers. How long a lost rank goes unnoticed is not its business (its own watchdog ends the process
// without a word and is off): the ranks also talk on the CPU in every step, and whoever gives the others up calls abort().
Engine nccl_engine(const Launch&, const c10::intrusive_ptr<c10d::Store>&, const at::Device&);

// Open MPI's library, opened by name: a machine without it runs everything else. Rank and size are MPI's own. CPU tensors;
// allreduce and broadcast. Throws Error(failed) where it is not there or is another MPI.
Engine mpi_engine(const Launch&);

}  // namespace cnnbench
