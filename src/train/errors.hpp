// libtorch's exceptions become the program's own at this library's door, without their stack traces.
#pragma once

#include <c10/util/Exception.h>

#include <new>

#include "cnnbench/core/error.hpp"

namespace cnnbench {

template <class F>
auto translating_torch_errors(F&& function) {
  try {
    return function();
  } catch (const c10::OutOfMemoryError& e) {
    throw Error(ExitCode::failed, std::string("the device is out of memory: ") + e.what_without_backtrace(),
                "use a smaller loader.batch_size");
  } catch (const c10::Error& e) {
    throw Error(ExitCode::failed, std::string("libtorch: ") + e.what_without_backtrace());
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw Error(ExitCode::failed, "out of memory", "use a smaller loader.batch_size, or loader.cache=none");
  } catch (const std::exception& e) {
    throw Error(ExitCode::failed, e.what());
  }
}

}  // namespace cnnbench
