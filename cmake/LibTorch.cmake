# Target cnnbench_libtorch: libtorch 2.11 from the PyPI wheel or any unpacked libtorch, with or without a CUDA toolkit.
# Looked for in CNNBENCH_TORCH, CMAKE_PREFIX_PATH, the user's cache (scripts/setup.sh puts it there).
if(NOT CNNBENCH_TORCH AND NOT CMAKE_PREFIX_PATH)
  if(DEFINED ENV{XDG_CACHE_HOME})
    set(cache_home $ENV{XDG_CACHE_HOME})
  else()
    set(cache_home $ENV{HOME}/.cache)
  endif()
  set(CNNBENCH_TORCH ${cache_home}/cnnbench/torch-2.11.0-cu130/torch)
endif()
if(CNNBENCH_TORCH)
  list(PREPEND CMAKE_PREFIX_PATH ${CNNBENCH_TORCH})
endif()

find_path(CNNBENCH_TORCH_INCLUDE torch/csrc/api/include/torch/torch.h PATH_SUFFIXES include)
if(NOT CNNBENCH_TORCH_INCLUDE)
  message(FATAL_ERROR "libtorch was not found. Run scripts/setup.sh, or give -DCNNBENCH_TORCH=DIR (a torch wheel's folder or an unpacked libtorch).")
endif()
get_filename_component(torch_root ${CNNBENCH_TORCH_INCLUDE} DIRECTORY)

# find_package(Torch) wants nvcc and a toolkit although programs without kernels of their own need neither. It returns
# early where torch::cudart exists, so the target is made here from the headers and the library of the nvidia wheel.
get_filename_component(site_packages ${torch_root} DIRECTORY)
find_path(CNNBENCH_CUDA_INCLUDE cuda_runtime_api.h PATHS ${site_packages}/nvidia/cu13/include NO_DEFAULT_PATH)
find_path(CNNBENCH_CUDA_INCLUDE cuda_runtime_api.h PATHS /usr/local/cuda/include)
find_library(CNNBENCH_CUDART NAMES libcudart.so.13 libcudart.so PATHS ${site_packages}/nvidia/cu13/lib ${torch_root}/lib NO_DEFAULT_PATH)
find_library(CNNBENCH_CUDART NAMES cudart PATHS /usr/local/cuda/lib64)
if(CNNBENCH_CUDART AND CNNBENCH_CUDA_INCLUDE AND NOT TARGET torch::cudart)
  add_library(torch::cudart INTERFACE IMPORTED GLOBAL)
  set_target_properties(torch::cudart PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${CNNBENCH_CUDA_INCLUDE}
                                                 INTERFACE_LINK_LIBRARIES ${CNNBENCH_CUDART})
endif()
find_package(Torch REQUIRED)

add_library(cnnbench_libtorch INTERFACE)
target_include_directories(cnnbench_libtorch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_link_libraries(cnnbench_libtorch INTERFACE ${TORCH_LIBRARIES})
if(TARGET torch::cudart)
  target_link_libraries(cnnbench_libtorch INTERFACE torch::cudart)
  target_include_directories(cnnbench_libtorch SYSTEM INTERFACE ${CNNBENCH_CUDA_INCLUDE})
  target_compile_definitions(cnnbench_libtorch INTERFACE CNNBENCH_CUDA=1)
endif()
message(STATUS "libtorch ${Torch_VERSION}: ${torch_root}")
