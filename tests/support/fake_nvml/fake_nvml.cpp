// A libnvidia-ml of the tests: two devices whose figures the test sets. A figure that was never set is a call that fails.
// Figures come from fake_nvml_set, or from the file that FAKE_NVML names, where each line is a figure and what it is at each
// call, the last word for all later calls:
//   power 200000 300000        milliwatts, as NVML gives them
//   energy +250000             grows by that much per second since the library was loaded
//   throttle 1 4 fail lost     a call that is not supported; a GPU that fell off the bus
//   processes self:1000 77:500 none     pid:bytes of each call, several with commas
// With FAKE_NVML_OLD: a driver that knows no energy counter, no throttle reasons, no bus ids, no clocks and no processes.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

namespace {

constexpr int success = 0, not_supported = 3, not_found = 6, insufficient_size = 7, gpu_is_lost = 15;
using Clock = std::chrono::steady_clock;

struct Figure {
  std::vector<std::string> words;
  std::size_t at = 0;
};

std::mutex mutex;
std::map<std::string, Figure> figures;
const Clock::time_point loaded = Clock::now();
int devices[2];

void read_script() {
  const char* file = std::getenv("FAKE_NVML");
  if (!file || !figures.empty()) return;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string key;
    if (!(words >> key)) continue;
    for (std::string word; words >> word;) figures[key].words.push_back(word);
  }
}

// The word for this call, "fail" where there is none.
std::string next(const char* key) {
  const std::lock_guard lock(mutex);
  const auto found = figures.find(key);
  if (found == figures.end() || found->second.words.empty()) return "fail";
  Figure& figure = found->second;
  const std::string word = figure.words[figure.at];
  if (figure.at + 1 < figure.words.size()) ++figure.at;
  return word;
}

template <class T>
int give(const char* key, T* out) {
  const std::string word = next(key);
  if (word == "fail") return not_supported;
  if (word == "lost") return gpu_is_lost;
  if (word[0] == '+') {
    const double seconds = std::chrono::duration<double>(Clock::now() - loaded).count();
    *out = static_cast<T>(seconds * std::strtod(word.c_str() + 1, nullptr));
  } else {
    *out = static_cast<T>(std::strtoull(word.c_str(), nullptr, 10));
  }
  return success;
}

// Only the first device has figures, so that the wrong one shows.
template <class T>
int give(void* device, const char* key, T* out) {
  return device == &devices[0] ? give(key, out) : not_supported;
}

int give_text(void* device, const char* prefix, char* text, unsigned size) {
  std::snprintf(text, size, "%s%d", prefix, device == &devices[0] ? 0 : 1);
  return success;
}

}  // namespace

extern "C" {

struct Utilization {
  unsigned gpu, memory;
};
struct Memory {
  unsigned long long total, free, used;
};
struct ProcessInfo {
  unsigned pid;
  unsigned long long bytes;
  unsigned gpu_instance, compute_instance;
};

void fake_nvml_say(const char* key, const char* words) {
  const std::lock_guard lock(mutex);
  std::istringstream in(words);
  figures[key] = {};
  for (std::string word; in >> word;) figures[key].words.push_back(word);
}
void fake_nvml_set(const char* key, unsigned long long value) { fake_nvml_say(key, std::to_string(value).c_str()); }
void fake_nvml_clear() {
  const std::lock_guard lock(mutex);
  figures.clear();
}

int nvmlInit_v2() {
  read_script();
  int fails = 0;
  return give("init_fails", &fails) == success ? not_found : success;
}
int nvmlShutdown() { return success; }
int nvmlSystemGetDriverVersion(char* text, unsigned size) {
  std::snprintf(text, size, "580.12");
  return success;
}
int nvmlSystemGetCudaDriverVersion_v2(int* version) {
  *version = 13010;
  return success;
}
int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = 2;
  return success;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  if (index > 1) return not_found;
  *device = &devices[index];
  return success;
}
int nvmlDeviceGetName(void* device, char* text, unsigned size) { return give_text(device, "Fake GPU ", text, size); }
int nvmlDeviceGetUUID(void* device, char* text, unsigned size) { return give_text(device, "GPU-00112233-secret-", text, size); }
int nvmlDeviceGetUtilizationRates(void* device, Utilization* out) { return give(device, "utilization", &out->gpu); }
int nvmlDeviceGetMemoryInfo(void* device, Memory* out) {
  out->total = 1000000;
  return give(device, "memory", &out->used);
}
int nvmlDeviceGetTemperature(void* device, int sensor, unsigned* out) {
  return sensor == 0 ? give(device, "temperature", out) : not_supported;
}
int nvmlDeviceGetPowerUsage(void* device, unsigned* out) { return give(device, "power", out); }

#ifndef FAKE_NVML_OLD
int nvmlDeviceGetHandleByPciBusId_v2(const char* id, void** device) {
  if (std::strcmp(id, "0000:1b:00.0") != 0) return not_found;
  *device = &devices[0];
  return success;
}
int nvmlDeviceGetCudaComputeCapability(void* device, int* major, int* minor) {
  *minor = 0;
  return give(device, "compute_capability_major", major);
}
int nvmlDeviceGetCurrPcieLinkGeneration(void* device, unsigned* out) { return give(device, "pcie_generation", out); }
int nvmlDeviceGetCurrPcieLinkWidth(void* device, unsigned* out) { return give(device, "pcie_width", out); }
int nvmlDeviceGetMaxPcieLinkGeneration(void* device, unsigned* out) { return give(device, "pcie_max_generation", out); }
int nvmlDeviceGetMaxPcieLinkWidth(void* device, unsigned* out) { return give(device, "pcie_max_width", out); }
int nvmlDeviceGetEccMode(void* device, unsigned* current, unsigned* pending) {
  *pending = 0;
  return give(device, "ecc", current);
}
int nvmlDeviceGetMigMode(void* device, unsigned* current, unsigned* pending) {
  *pending = 0;
  return give(device, "mig", current);
}
int nvmlDeviceGetPersistenceMode(void* device, unsigned* out) { return give(device, "persistence", out); }
int nvmlDeviceGetEnforcedPowerLimit(void* device, unsigned* out) { return give(device, "power_limit", out); }
int nvmlDeviceGetPowerManagementDefaultLimit(void* device, unsigned* out) { return give(device, "power_default", out); }
int nvmlDeviceGetTotalEnergyConsumption(void* device, unsigned long long* out) { return give(device, "energy", out); }
int nvmlDeviceGetCurrentClocksThrottleReasons(void* device, unsigned long long* out) { return give(device, "throttle", out); }
// 1: streaming multiprocessors, 2: memory.
int nvmlDeviceGetClockInfo(void* device, int type, unsigned* out) {
  return give(device, type == 1 ? "sm_clock" : type == 2 ? "memory_clock" : "none", out);
}
int nvmlDeviceGetMaxClockInfo(void* device, int type, unsigned* out) {
  return give(device, type == 1 ? "max_sm_clock" : type == 2 ? "max_memory_clock" : "none", out);
}
int nvmlDeviceGetApplicationsClock(void* device, int type, unsigned* out) {
  return give(device, type == 1 ? "application_sm_clock" : type == 2 ? "application_memory_clock" : "none", out);
}
int nvmlDeviceGetComputeRunningProcesses_v3(void* device, unsigned* count, ProcessInfo* out) {
  const std::string word = device == &devices[0] ? next("processes") : "fail";
  if (word == "fail") return not_supported;
  if (word == "lost") return gpu_is_lost;
  std::vector<ProcessInfo> all;
  std::istringstream in(word == "none" ? "" : word);
  for (std::string item; std::getline(in, item, ',');) {
    const auto colon = item.find(':');
    const std::string pid = item.substr(0, colon);
    const char* bytes = colon == std::string::npos ? "" : item.c_str() + colon + 1;
    all.push_back(
        {.pid = pid == "self" ? static_cast<unsigned>(::getpid()) : static_cast<unsigned>(std::strtoul(pid.c_str(), nullptr, 10)),
         .bytes = *bytes ? std::strtoull(bytes, nullptr, 10) : ~0ULL,
         .gpu_instance = ~0U,
         .compute_instance = ~0U});
  }
  const bool fits = *count >= all.size();
  *count = static_cast<unsigned>(all.size());
  if (!fits) return insufficient_size;
  std::copy(all.begin(), all.end(), out);
  return success;
}
#endif

}  // extern "C"
