// libtorch's exceptions become the program's own at this library's door, without their stack traces.
#pragma once

#include <c10/util/Exception.h>

#include <new>
#include <string_view>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/words_of.hpp"

namespace cnnbench {

inline Error out_of_memory() {
  return {ExitCode::failed, "out of memory", "use a smaller loader.batch_size, or loader.cache=none"};
}

template <class F>
auto translating_torch_errors(F&& function) {
  try {
    return function();
  } catch (const c10::OutOfMemoryError& e) {
    throw Error(ExitCode::failed, std::string("the device is out of memory: ") + e.what_without_backtrace(),
                "use a smaller loader.batch_size");
  } catch (const c10::Error& e) {
    // The CPU's allocator has no exception of its own.
    if (std::string_view(e.what_without_backtrace()).find("DefaultCPUAllocator: ") != std::string_view::npos) throw out_of_memory();
    throw Error(ExitCode::failed, std::string("libtorch: ") + e.what_without_backtrace());
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw out_of_memory();
  } catch (const std::exception& e) {
    throw Error(ExitCode::failed, words_of(e));
  }
}

}  // namespace cnnbench
