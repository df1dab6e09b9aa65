#include "record/stage_reading.hpp"

namespace cnnbench {

Stages stages_between(const StageReading& before, const StageReading& after, bool on_cpu) {
  Stages s{.read = after.loader.read_seconds - before.loader.read_seconds,
           .decode = after.loader.decode_seconds - before.loader.decode_seconds,
           .augment = after.loader.augment_seconds - before.loader.augment_seconds,
           .loader_pictures = after.loader.pictures - before.loader.pictures,
           .loader_cpu = after.loader.cpu_seconds - before.loader.cpu_seconds};
  if (!on_cpu) {
    s.device_wait = after.stalls.host - before.stalls.host;
    s.copy_wait = after.stalls.device - before.stalls.device;
    return s;
  }
  s.copy = after.copy - before.copy;
  s.forward = after.step.forward - before.step.forward;
  s.backward = after.step.backward - before.step.backward;
  s.optimizer = after.step.optimizer - before.step.optimizer;
  return s;
}

}  // namespace cnnbench
