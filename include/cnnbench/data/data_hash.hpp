// Whether two runs saw the same pictures. A SHA-256 over both sets' classes and each picture's name, label and stored size, in
// order, and the stored bytes of 64 pictures of each set: another picture of the same size among the rest does not show.
#pragma once

#include <string>

#include "cnnbench/data/dataset.hpp"

namespace cnnbench {

std::string data_hash(const Splits&);

}  // namespace cnnbench
