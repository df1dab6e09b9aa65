#include "ranks/mpi_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

constexpr const char* remedy = "install Open MPI (Debian: apt install openmpi-bin), or start the ranks by torchrun";

// Global: its plugins look for its symbols there.
void* opened() {
  for (const char* name : {"libmpi.so.40", "libmpi.so"})
    if (void* library = ::dlopen(name, RTLD_NOW | RTLD_GLOBAL)) return library;
  throw Error(ExitCode::failed, fmt::format("the ranks were started by mpirun, but MPI's library does not open: {}", ::dlerror()),
              remedy);
}

MpiLibrary load() {
  void* const library = opened();
  const auto symbol = [&](const char* name) {
    if (void* found = ::dlsym(library, name)) return found;
    throw Error(ExitCode::failed, fmt::format("the MPI library that is here is not Open MPI's: it has no {}", name), remedy);
  };
  MpiLibrary mpi{};
  const auto function = [&](auto& member, const char* name) {
    member = reinterpret_cast<std::remove_reference_t<decltype(member)>>(symbol(name));
  };
  mpi.world = symbol("ompi_mpi_comm_world");
  function(mpi.init_thread, "MPI_Init_thread");
  function(mpi.initialized, "MPI_Initialized");
  function(mpi.finalize, "MPI_Finalize");
  function(mpi.rank, "MPI_Comm_rank");
  function(mpi.size, "MPI_Comm_size");
  function(mpi.iallreduce, "MPI_Iallreduce");
  function(mpi.ibcast, "MPI_Ibcast");
  function(mpi.test, "MPI_Test");
  mpi.float32 = symbol("ompi_mpi_float");
  mpi.float64 = symbol("ompi_mpi_double");
  mpi.int32 = symbol("ompi_mpi_int32_t");
  mpi.int64 = symbol("ompi_mpi_int64_t");
  mpi.uint8 = symbol("ompi_mpi_uint8_t");
  mpi.sum = symbol("ompi_mpi_op_sum");
  mpi.max = symbol("ompi_mpi_op_max");
  return mpi;
}

}  // namespace

const MpiLibrary& mpi_library() {
  static const MpiLibrary mpi = load();
  return mpi;
}

}  // namespace cnnbench
