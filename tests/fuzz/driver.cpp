// libFuzzer's entry; CNNBENCH_FUZZ_TARGET is one of targets.hpp's functions.
#include "targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cnnbench::fuzz::CNNBENCH_FUZZ_TARGET({data, size});
  return 0;
}
