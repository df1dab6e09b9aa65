#include "record/stage_reading.hpp"

namespace cnnbench {
namespace {

// b added to a, or taken from it; what neither knows stays unknown.
Stages combined(const Stages& a, const Stages& b, double sign) {
  const auto each = [sign](double x, double y) { return x + sign * y; };
  const auto known = [&](const std::optional<double>& x, const std::optional<double>& y) {
    return x || y ? std::optional(each(x.value_or(0), y.value_or(0))) : std::nullopt;
  };
  return {.read = each(a.read, b.read),
          .decode = each(a.decode, b.decode),
          .augment = each(a.augment, b.augment),
          .loader_pictures = sign > 0 ? a.loader_pictures + b.loader_pictures : a.loader_pictures - b.loader_pictures,
          .loader_cpu = each(a.loader_cpu, b.loader_cpu),
          .queue_wait = each(a.queue_wait, b.queue_wait),
          .copy = known(a.copy, b.copy),
          .forward = known(a.forward, b.forward),
          .backward = known(a.backward, b.backward),
          .optimizer = known(a.optimizer, b.optimizer),
          .evaluate = each(a.evaluate, b.evaluate),
          .device_wait = known(a.device_wait, b.device_wait),
          .copy_wait = known(a.copy_wait, b.copy_wait)};
}

}  // namespace

Stages stages_so_far(const LoaderStats& loader, const StageSeconds& step, double copy, const Stalls& stalls, bool on_cpu) {
  Stages s{.read = loader.read_seconds,
           .decode = loader.decode_seconds,
           .augment = loader.augment_seconds,
           .loader_pictures = loader.pictures,
           .loader_cpu = loader.cpu_seconds};
  if (!on_cpu) {
    s.device_wait = stalls.host;
    s.copy_wait = stalls.device;
    return s;
  }
  s.copy = copy;
  s.forward = step.forward;
  s.backward = step.backward;
  s.optimizer = step.optimizer;
  return s;
}

Stages sum(const Stages& a, const Stages& b) { return combined(a, b, 1); }
Stages between(const Stages& before, const Stages& after) { return combined(after, before, -1); }

}  // namespace cnnbench
