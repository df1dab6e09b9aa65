// What machine_record() and software_record() make, as lists that describe it. Those write their objects part by part; tests hold
// them to these lists (tests/cli/schemas_test.cpp).
#pragma once

#include "cnnbench/core/document.hpp"

namespace cnnbench {

struct GpuRecord {};
template <>
struct Fields<GpuRecord> {
  static constexpr std::string_view name = "gpu", text = "One GPU.";
  static void of(auto&, auto&& field) {
    field("name", std::optional<std::string>{}, "Model.");
    field("uuid_hash", std::optional<std::string>{}, "Tells GPUs apart without naming them.", short_hash);
    field("compute_capability", std::optional<std::string>{}, "Of CUDA.");
    field("memory_bytes", std::optional<double>{}, "Bytes.", not_negative);
    field("memory_used_bytes", std::optional<double>{}, "By all processes, at the start, bytes.", not_negative);
    field("processes", std::optional<std::int64_t>{}, "That compute on it, ours included.", not_negative);
    field("pcie_generation", std::optional<std::int64_t>{}, "In use; idle GPUs lower it.", not_negative);
    field("pcie_max_generation", std::optional<std::int64_t>{}, "Possible.", not_negative);
    field("pcie_width", std::optional<std::int64_t>{}, "Lanes in use.", not_negative);
    field("pcie_max_width", std::optional<std::int64_t>{}, "Lanes possible.", not_negative);
    field("sm_mhz", std::optional<double>{}, "Clock of the multiprocessors, at the start, megahertz.", not_negative);
    field("sm_max_mhz", std::optional<double>{}, "Clock of the multiprocessors, highest, megahertz.", not_negative);
    field("sm_application_mhz", std::optional<double>{}, "Clock of the multiprocessors, set for applications, megahertz.",
          not_negative);
    field("memory_mhz", std::optional<double>{}, "Clock of the memory, at the start, megahertz.", not_negative);
    field("memory_max_mhz", std::optional<double>{}, "Clock of the memory, highest, megahertz.", not_negative);
    field("memory_application_mhz", std::optional<double>{}, "Clock of the memory, set for applications, megahertz.", not_negative);
    field("power_limit_w", std::optional<double>{}, "In force, watts.", not_negative);
    field("power_default_w", std::optional<double>{}, "That it comes with, watts.", not_negative);
    field("temperature_c", std::optional<double>{}, "At the start, degrees Celsius.");
    field("ecc", std::optional<bool>{}, "Memory is checked for errors.");
    field("mig", std::optional<bool>{}, "Split into instances.");
    field("persistence", std::optional<bool>{}, "The driver stays loaded.");
  }
};

struct MachineRecord {};
template <>
struct Fields<MachineRecord> {
  static constexpr std::string_view name = "machine", text = "The machine at the start of the run. null: could not be found out.";
  static void of(auto&, auto&& field) {
    field("cpu_info", std::optional<std::string>{}, "Processor model.");
    field("cpu_vendor", std::optional<std::string>{}, "As the processor names it.");
    field("cpu_signature", std::optional<std::string>{}, "Family, model and stepping.");
    field("cpu_microcode", std::optional<std::string>{}, "Version.");
    field("cpu_sockets", std::optional<std::int64_t>{}, "Processor packages that are on.", at_least_1);
    field("cpus_logical", std::optional<std::int64_t>{}, "Logical cores that are on.", at_least_1);
    field("cpus_physical", std::optional<std::int64_t>{}, "Physical cores that are on.", at_least_1);
    field("cpus_usable", std::int64_t{}, "Cores this process may use: affinity mask and cgroup quota, rounded up.", at_least_1);
    field("cpus_affinity", std::int64_t{}, "Cores in the affinity mask.", not_negative);
    field("cpu_list", std::optional<std::string>{}, "Those cores: 0-3,8.");
    field("cpu_quota", std::optional<double>{}, "Cores by cgroup quota. null: no quota.", positive);
    field("smt", std::optional<bool>{}, "Several logical cores share a physical one.");
    field("numa_nodes", std::optional<std::int64_t>{}, "Memory nodes.", at_least_1);
    field("cpu_governor", std::optional<std::string>{}, "Frequency governor of the first usable core.");
    field("cpu_scaling_driver", std::optional<std::string>{}, "What sets the frequency.");
    field("cpu_energy_preference", std::optional<std::string>{}, "Hint to the processor: performance, balance_performance, ...");
    field("cpu_boost", std::optional<bool>{}, "Frequencies above the base may be taken (turbo).");
    field("cpu_mhz", std::optional<std::int64_t>{}, "Frequency of the first usable core at the start, megahertz.", at_least_1);
    field("cpu_base_mhz", std::optional<std::int64_t>{}, "Base frequency, megahertz.", at_least_1);
    field("cpu_max_mhz", std::optional<std::int64_t>{}, "Highest frequency of that core, megahertz.", at_least_1);
    field("cpu_l1d_bytes", std::optional<std::int64_t>{}, "Data cache of the first level of a core, bytes.", at_least_1);
    field("cpu_l2_bytes", std::optional<std::int64_t>{}, "Second-level cache that it uses, bytes.", at_least_1);
    field("cpu_l3_bytes", std::optional<std::int64_t>{}, "Third-level cache that it shares, bytes.", at_least_1);
    field("cpu_flags", std::optional<std::vector<std::string>>{}, "Instruction sets that matter for convolutions.");
    field("virtual_machine", std::optional<bool>{}, "A hypervisor is below.");
    field("cpu_energy_counters", std::optional<std::vector<std::string>>{}, "RAPL packages that can be read. null: none.");
    field("cpu_energy_missing", std::optional<std::string>{}, "Why they cannot be read. null: they can.");
    field("memory_total_bytes", std::optional<std::int64_t>{}, "Memory of the machine, bytes.", not_negative);
    field("memory_available_bytes", std::optional<std::int64_t>{},
          "Memory that could be taken, under the cgroup's limit too, bytes.", not_negative);
    field("memory_limit_bytes", std::optional<std::int64_t>{}, "Memory limit of the cgroup, bytes. null: none.", not_negative);
    field("swap_total_bytes", std::optional<std::int64_t>{}, "Bytes.", not_negative);
    field("swap_free_bytes", std::optional<std::int64_t>{}, "Bytes.", not_negative);
    field("page_bytes", std::int64_t{}, "Bytes.", at_least_1);
    field("transparent_huge_pages", std::optional<std::string>{}, "always, madvise or never.");
    field("os", std::optional<std::string>{}, "Name and version of the distribution.");
    field("kernel", std::optional<std::string>{}, "Kernel release.");
    field("architecture", std::optional<std::string>{}, "As uname tells it.");
    field("glibc", std::string{}, "C library version in use.");
    field("machine_model", std::optional<std::string>{}, "Maker and model, from the firmware.");
    field("hostname_hash", std::optional<std::string>{}, "Tells machines apart without naming them.", short_hash);
    field("container", std::optional<std::string>{}, "docker, podman, kubernetes, ...; none: no sign of one.");
    field("cgroup_version", std::optional<std::string>{}, "v1, v2, or both.");
    field("clock_source", std::optional<std::string>{}, "What the kernel tells time with.");
    field("load_average", std::optional<double>{}, "Of the last minute, at the start.", not_negative);
    field("uptime_seconds", std::optional<double>{}, "Since the machine was started.", not_negative);
    field("gpu_driver", std::optional<std::string>{}, "NVIDIA driver version.");
    field("gpu_cuda_version", std::optional<std::string>{}, "Newest CUDA that the driver can run.");
    field("gpus", std::optional<std::vector<GpuRecord>>{}, "All NVIDIA GPUs of the machine. null: no driver.");
  }
};

struct SoftwareRecord {};
template <>
struct Fields<SoftwareRecord> {
  static constexpr std::string_view name = "software",
                                    text = "Compiler flags, libraries and environment variables that decide how fast it is.";
  static void of(auto&, auto&& field) {
    field("compiler_flags", std::string{}, "Of the build.");
    field("libraries", std::map<std::string, TextOrWhole>{},
          "Version of each library in use; _headers: the one it was compiled against.");
    field("environment", std::map<std::string, std::optional<std::string>>{},
          "Variables for threads, BLAS, CUDA and memory. null: not set.");
  }
};

}  // namespace cnnbench
