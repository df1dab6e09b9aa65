// The software that a number comes from, for a result to travel with: compiler flags, the libraries in use, and the
// environment variables that change how fast threads, BLAS and CUDA are. Not here: libtorch, which is loaded later.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>

namespace cnnbench {

// `variable` is getenv, or a test's.
nlohmann::ordered_json software_record(const std::function<const char*(const char*)>& variable = {});

}  // namespace cnnbench
