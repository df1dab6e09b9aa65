# Compiles the commit, the compiler and the flags into one file of the core (src/core/build_info.cpp), renewed at each build
# so that a result never names an older commit than the code that made it.
function(cnnbench_build_info target)
  set(header ${CMAKE_CURRENT_BINARY_DIR}/generated/cnnbench_build_info.hpp)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  string(STRIP "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}} -std=c++${CMAKE_CXX_STANDARD}" flags)
  add_custom_target(cnnbench_build_stamp BYPRODUCTS ${header}
    COMMAND ${CMAKE_COMMAND} -DOUT=${header} -DSOURCE=${CMAKE_CURRENT_SOURCE_DIR} -DVERSION=${PROJECT_VERSION}
            "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}" -DBUILD_TYPE=${CMAKE_BUILD_TYPE}
            "-DFLAGS=${flags}" "-DSANITIZE=${CNNBENCH_SANITIZE}" -P ${CMAKE_CURRENT_SOURCE_DIR}/cmake/WriteBuildInfo.cmake
    VERBATIM)
  add_dependencies(${target} cnnbench_build_stamp)
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/generated)
endfunction()
