#include "left_out.hpp"

namespace cnnbench {
namespace {

void take(std::optional<double>& from, double amount) {
  if (from) *from -= amount;
}

}  // namespace

void LeftOut::add_pause(const Counters& before, const Counters& after, double paused_seconds) {
  if (before.machine && after.machine) {
    machine_.busy += after.machine->busy - before.machine->busy;
    machine_.total += after.machine->total - before.machine->total;
    machine_.stolen += after.machine->stolen - before.machine->stolen;
    process_seconds_ += difference(before.process_seconds, after.process_seconds).value_or(0);
  }
  const double ran = std::max(0.0, after.seconds - before.seconds), share = paused_seconds / (paused_seconds + ran);
  gpu_energy_j_ += share * difference(before.gpu_energy_j, after.gpu_energy_j).value_or(0);
  cpu_energy_j_ += share * difference(before.cpu_energy_j, after.cpu_energy_j).value_or(0);
}

Counters LeftOut::without(Counters counters) const {
  if (counters.machine) {
    counters.machine->busy -= machine_.busy;
    counters.machine->total -= machine_.total;
    counters.machine->stolen -= machine_.stolen;
  }
  take(counters.process_seconds, process_seconds_);
  take(counters.gpu_energy_j, gpu_energy_j_);
  take(counters.cpu_energy_j, cpu_energy_j_);
  return counters;
}

}  // namespace cnnbench
