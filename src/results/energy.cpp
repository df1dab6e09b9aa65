// Joules and pictures per joule. Definitions and methods: docs/measuring.md, "Energy".
#include "cnnbench/results/run_result.hpp"

namespace cnnbench {
namespace {

constexpr const char* rapl = "rapl package";

bool on_gpu(const std::string& device) { return device.starts_with("cuda"); }

// A counter that did not move in a short window says nothing: no device takes 0 joules.
std::optional<double> joules(const TelemetrySummary& t, const std::string& device) {
  const auto energy = on_gpu(device) ? t.gpu_energy_j : t.cpu_energy_j;
  return energy && *energy > 0 ? energy : std::nullopt;
}

std::string method(const TelemetrySummary& t, const std::string& device) {
  return on_gpu(device) ? t.gpu_energy_method.value_or("") : rapl;
}

// Its joules are not those of all pictures: the others' GPUs and machines have counters of their own.
bool is_of_the_first_rank_alone(const RunResult& r) { return r.rank_count() > 1 && (on_gpu(r.device) || r.ranks->hosts > 1); }

}  // namespace

void add_energy(EpochRow& row, const RunResult& of) {
  row.energy_j = is_of_the_first_rank_alone(of) ? std::nullopt : joules(row.telemetry, of.device);
  row.images_per_j = row.energy_j ? std::optional(static_cast<double>(row.pictures) / *row.energy_j) : std::nullopt;
}

void add_energy(RunResult& result, const std::vector<EpochRow>& counted, const std::string& why_not) {
  double sum = 0, pictures = 0;
  std::string how, missing = counted.empty()                      ? "no epoch was trained"
                             : is_of_the_first_rank_alone(result) ? "the counters are those of the first rank's device alone"
                                                                  : "";
  for (const EpochRow& row : counted) {
    if (!missing.empty()) break;
    if (!row.energy_j) {
      missing = "the counters broke off, or did not move, in epoch " + std::to_string(row.epoch);
      break;
    }
    sum += *row.energy_j;
    pictures += static_cast<double>(row.pictures);
    const std::string own = method(row.telemetry, result.device);
    if (how.find(own) == std::string::npos) how += (how.empty() ? "" : ", then ") + own;
  }
  if (!missing.empty()) {
    result.energy_missing = why_not.empty() ? missing : why_not;
    return;
  }
  result.energy_j = sum;
  result.images_per_j = pictures / sum;
  result.energy_method = how;
}

}  // namespace cnnbench
