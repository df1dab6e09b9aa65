// Where a thread of ours may run. A new one inherits its maker's cores, and libgomp keeps the main thread on one.
#pragma once

#include <vector>

namespace cnnbench {

// The calling thread. Failure is ignored: the cores may have been taken away since they were listed, and any core will do. Empty:
// any.
void stay_on(const std::vector<int>& cpus);

}  // namespace cnnbench
