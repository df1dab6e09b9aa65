# Target cnnbench_libtorch: libtorch 2.11, the PyPI wheel or any unpacked libtorch, with or without CUDA, with or without a
# CUDA toolkit. Looked for in CNNBENCH_TORCH; else in CMAKE_PREFIX_PATH; else in the user's cache, where scripts/setup.sh puts it.
#
# find_package(Torch) is not used: it wants nvcc and a toolkit although programs without kernels of their own need neither,
# and it links CUDA's libraries in, so that the result would run with one CUDA version only. libcnnbench_nn.so names just
# libtorch_cpu and libc10; the program loads CUDA's half of torch, where there is one, before it (src/cli/nn_library.cpp).

# The folders of one place: a torch package, the folder it lies in, its lib, or its share/cmake (torch.utils.cmake_prefix_path).
macro(cnnbench_look_for_torch)
  foreach(place ${ARGN})
    foreach(folder ${place} ${place}/torch ${place}/.. ${place}/../..)
      if(NOT torch_root AND EXISTS ${folder}/include/torch/csrc/api/include/torch/torch.h)
        get_filename_component(torch_root ${folder} ABSOLUTE)
      endif()
    endforeach()
  endforeach()
endmacro()

set(torch_root "")
if(CNNBENCH_TORCH)
  cnnbench_look_for_torch(${CNNBENCH_TORCH})
else()
  string(REPLACE ":" ";" environment_prefixes "$ENV{CMAKE_PREFIX_PATH}")
  set(cache_home $ENV{XDG_CACHE_HOME})
  if(NOT cache_home)
    set(cache_home $ENV{HOME}/.cache)
  endif()
  cnnbench_look_for_torch(${CMAKE_PREFIX_PATH} ${environment_prefixes} ${cache_home}/cnnbench/torch-2.11.0-cu130)
endif()
if(NOT torch_root)
  message(FATAL_ERROR "libtorch was not found (CNNBENCH_TORCH=${CNNBENCH_TORCH}). Run scripts/setup.sh, or give -DCNNBENCH_TORCH=DIR "
                      "(a torch wheel's folder or an unpacked libtorch).")
endif()

set(torch_api ${torch_root}/include/torch/csrc/api/include)
set(torch_version "")
foreach(file ${torch_root}/build-version ${torch_root}/version.py ${torch_root}/include/torch/headeronly/version.h ${torch_api}/torch/version.h)
  if(NOT torch_version AND EXISTS ${file})
    file(STRINGS ${file} line REGEX "^(__version__ = '|#define TORCH_VERSION \"|)[0-9]+\\.[0-9]+\\." LIMIT_COUNT 1)
    string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9a-z.+]+" torch_version "${line}")
  endif()
endforeach()
if(NOT torch_version MATCHES "^2\\.11\\.")
  message(FATAL_ERROR "${torch_root} holds torch '${torch_version}'; cnnbench is written for 2.11 (scripts/setup.sh fetches it).")
endif()

set(torch_libraries ${torch_root}/lib/libtorch_cpu.so ${torch_root}/lib/libc10.so)
foreach(file ${torch_libraries})
  if(NOT EXISTS ${file})
    message(FATAL_ERROR "${torch_root} has torch's headers but not ${file}")
  endif()
endforeach()

# CUDA's headers: of the nvidia wheels beside torch, else of a toolkit of the same major version. Functions are resolved at run time.
set(cuda_include "")
set(torch_cuda_libraries "")
if(EXISTS ${torch_root}/lib/libtorch_cuda.so)
  set(torch_cuda_libraries ${torch_root}/lib/libtorch_cuda.so ${torch_root}/lib/libc10_cuda.so)
  string(REGEX REPLACE ".*\\+cu([0-9]+)[0-9]$" "\\1" cuda_major "${torch_version}")
  get_filename_component(site_packages ${torch_root} DIRECTORY)
  foreach(folder ${site_packages}/nvidia/cu${cuda_major}/include $ENV{CUDA_HOME}/include /usr/local/cuda/include)
    set(complete TRUE)
    foreach(header cuda_runtime_api.h nvrtc.h crt/host_config.h nv/target cublasLt.h cusparse.h cusolverDn.h)
      if(NOT EXISTS ${folder}/${header})
        set(complete FALSE)
      endif()
    endforeach()
    if(complete AND NOT cuda_include)
      file(STRINGS ${folder}/cuda_runtime_api.h line REGEX "^#define CUDART_VERSION " LIMIT_COUNT 1)
      if(line MATCHES "CUDART_VERSION +${cuda_major}[0-9][0-9][0-9]")
        set(cuda_include ${folder})
      endif()
    endif()
  endforeach()
  # NCCL's is in a wheel of its own; the system's only where there is none.
  find_path(NCCL_INCLUDE nccl.h NO_CACHE HINTS ${site_packages}/nvidia/nccl/include $ENV{CUDA_HOME}/include)
endif()

add_library(cnnbench_libtorch INTERFACE)
target_include_directories(cnnbench_libtorch SYSTEM INTERFACE ${torch_root}/include ${torch_api} ${cuda_include})
target_compile_definitions(cnnbench_libtorch INTERFACE AT_PER_OPERATOR_HEADERS) # its headers read operations one by one, not all 3,000
target_compile_definitions(cnnbench_libtorch INTERFACE USE_DISTRIBUTED USE_C10D_GLOO USE_RPC USE_TENSORPIPE) # as TorchConfig.cmake does
target_link_libraries(cnnbench_libtorch INTERFACE ${torch_libraries})
# No compiler's OpenMP is asked for: the threads are libtorch's own, whichever compiler this is (src/kernels/loops.hpp).
# libtorch ships a newer fmt among its headers than the one the core links: code that includes torch takes that one whole.
target_compile_definitions(cnnbench_libtorch INTERFACE FMT_HEADER_ONLY=1)
target_link_options(cnnbench_libtorch INTERFACE LINKER:-z,lazy)
if(cuda_include)
  target_compile_definitions(cnnbench_libtorch INTERFACE CNNBENCH_CUDA=1)
  if(NCCL_INCLUDE)
    target_include_directories(cnnbench_libtorch SYSTEM INTERFACE ${NCCL_INCLUDE})
    target_compile_definitions(cnnbench_libtorch INTERFACE CNNBENCH_NCCL=1 USE_C10D_NCCL USE_NVSHMEM)
  else()
    message(STATUS "no nccl.h: ranks on GPUs, which exchange gradients by NCCL, are left out")
  endif()
endif()
if(torch_cuda_libraries)
  # Programs (the tests of the torch half) link it as usual; --no-as-needed, for it registers itself when it is loaded.
  set(runtime "")
  file(GLOB cudart ${site_packages}/nvidia/cu${cuda_major}/lib/libcudart.so.* ${torch_root}/lib/libcudart*.so.*)
  foreach(library ${torch_cuda_libraries} ${cudart})
    string(APPEND runtime " \"${library}\"")
  endforeach()
  target_link_libraries(cnnbench_libtorch INTERFACE
    $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-Wl,--push-state,--no-as-needed${runtime}\ -Wl,--pop-state>)
endif()

if(cuda_include)
  message(STATUS "libtorch ${torch_version}: ${torch_root}; CUDA headers: ${cuda_include}")
elseif(torch_cuda_libraries)
  message(STATUS "libtorch ${torch_version}: ${torch_root}; no CUDA ${cuda_major} headers, so what needs them (CUDA graphs) is left out")
else()
  message(STATUS "libtorch ${torch_version}: ${torch_root}; without CUDA")
endif()
