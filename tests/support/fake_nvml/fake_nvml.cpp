// A libnvidia-ml of the tests: two devices whose figures the test sets. A figure that was never set is a call that fails.
// With FAKE_NVML_OLD: a driver that knows no energy counter, no throttle reasons and no bus ids.
#include <cstdio>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

namespace {

constexpr int success = 0, not_supported = 3, not_found = 6;
std::mutex mutex;
std::map<std::string, unsigned long long> figures;
int devices[2];

template <class T>
int give(const char* key, T* out) {
  const std::lock_guard lock(mutex);
  const auto found = figures.find(key);
  if (found == figures.end()) return not_supported;
  *out = static_cast<T>(found->second);
  return success;
}

// Only the first device has figures, so that the wrong one shows.
template <class T>
int give(void* device, const char* key, T* out) {
  return device == &devices[0] ? give(key, out) : not_supported;
}

}  // namespace

extern "C" {

struct Utilization {
  unsigned gpu, memory;
};
struct Memory {
  unsigned long long total, free, used;
};

void fake_nvml_set(const char* key, unsigned long long value) {
  const std::lock_guard lock(mutex);
  figures[key] = value;
}
void fake_nvml_clear() {
  const std::lock_guard lock(mutex);
  figures.clear();
}

int nvmlInit_v2() {
  int fails = 0;
  return give("init_fails", &fails) == success ? not_found : success;
}
int nvmlShutdown() { return success; }
int nvmlSystemGetDriverVersion(char* text, unsigned size) {
  std::snprintf(text, size, "580.12");
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
int nvmlDeviceGetName(void* device, char* text, unsigned size) {
  std::snprintf(text, size, "Fake GPU %d", device == &devices[0] ? 0 : 1);
  return success;
}
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
int nvmlDeviceGetEnforcedPowerLimit(void* device, unsigned* out) { return give(device, "power_limit", out); }
int nvmlDeviceGetTotalEnergyConsumption(void* device, unsigned long long* out) { return give(device, "energy", out); }
int nvmlDeviceGetCurrentClocksThrottleReasons(void* device, unsigned long long* out) { return give(device, "throttle", out); }
#endif

}  // extern "C"
