// Whether two runs saw the same pictures. A SHA-256 over both sets' classes and each picture's name, label and stored size,
// in order; no picture is read, so a picture changed within its size, or CIFAR-10's pixels, do not show.
#pragma once

#include <string>

#include "cnnbench/data/dataset.hpp"

namespace cnnbench {

std::string data_hash(const Splits&);

}  // namespace cnnbench
