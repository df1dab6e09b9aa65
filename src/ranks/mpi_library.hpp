// The functions of Open MPI that are used, by dlopen: no header and no library of it is needed to build or to start. Its handles
// are pointers to variables of the library (mpi.h of Open MPI 4 and 5 says which), those of MPICH and its kin are numbers.
#pragma once

#include <cstddef>

namespace cnnbench {

struct MpiLibrary {
  using Handle = void*;
  int (*init_thread)(int*, char***, int required, int* provided);
  int (*initialized)(int*);
  int (*finalize)();
  int (*rank)(Handle comm, int*);
  int (*size)(Handle comm, int*);
  int (*iallreduce)(const void* send, void* receive, int count, Handle type, Handle operation, Handle comm, Handle* request);
  int (*ibcast)(void* buffer, int count, Handle type, int root, Handle comm, Handle* request);
  int (*test)(Handle* request, int* done, void* status);
  Handle world, float32, float64, int32, int64, uint8, sum, max;
  static constexpr int serialized = 2;                            // MPI_THREAD_SERIALIZED
  static constexpr void* ignored = nullptr;                       // MPI_STATUS_IGNORE
  static void* in_place() { return reinterpret_cast<void*>(1); }  // MPI_IN_PLACE
};

// Throws Error(failed).
const MpiLibrary& mpi_library();

}  // namespace cnnbench
