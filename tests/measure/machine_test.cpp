#include "cnnbench/measure/machine.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

using test::TemporaryFolder;
using Json = nlohmann::ordered_json;

void put_machine(const TemporaryFolder& tree) {
  tree.put("proc/cpuinfo",
           "processor\t: 0\nmodel name\t: Great CPU 9000\nflags\t\t: fpu avx2 avx512f hypervisor\n\nprocessor\t: 1\nmodel name\t: "
           "Great CPU 9000\n");
  tree.put("sys/devices/system/cpu/online", "0-3\n");
  for (int cpu = 0; cpu < 4; ++cpu) {
    const std::string folder = "sys/devices/system/cpu/cpu" + std::to_string(cpu);
    tree.put(folder + "/topology/physical_package_id", "0\n");
    tree.put(folder + "/topology/core_id", std::to_string(cpu / 2) + "\n");
    tree.put(folder + "/cpufreq/scaling_governor", "powersave\n");
    tree.put(folder + "/cpufreq/cpuinfo_max_freq", "3500000\n");
  }
  tree.put("sys/devices/system/cpu/smt/active", "1\n");
  tree.put("sys/devices/system/node/online", "0-1\n");
  tree.put("proc/self/status", "Cpus_allowed_list:\t0-2\n");
  tree.put("proc/self/cgroup", "0::/\n");
  tree.put("sys/fs/cgroup/cpu.max", "200000 100000\n");
  tree.put("sys/fs/cgroup/memory.max", "1048576\n");
  tree.put("sys/fs/cgroup/memory.current", "0\n");
  tree.put("proc/meminfo", "MemTotal:       8192 kB\nMemAvailable:    4096 kB\n");
  tree.put("etc/os-release", "NAME=x\nPRETTY_NAME=\"Great OS 1\"\n");
  tree.put("proc/sys/kernel/osrelease", "6.1.0-great\n");
  tree.put("proc/sys/kernel/hostname", "secret-name\n");
  tree.put("proc/loadavg", "0.75 0.5 0.25 1/100 999\n");
}

TEST(MachineRecord, SaysWhatTheMachineIs) {
  const TemporaryFolder tree;
  put_machine(tree);
  const Json record = machine_record(tree.path(), "");
  const Json expected = {{"cpu_info", "Great CPU 9000"},
                         {"cpus_logical", 4},
                         {"cpus_physical", 2},
                         {"cpus_usable", 2},
                         {"cpus_affinity", 3},
                         {"cpu_quota", 2.0},
                         {"smt", true},
                         {"numa_nodes", 2},
                         {"cpu_governor", "powersave"},
                         {"cpu_max_mhz", 3500},
                         {"cpu_list", "0-2"},
                         {"cpu_sockets", 1},
                         {"cpu_mhz", nullptr},
                         {"cpu_boost", nullptr},
                         {"cgroup_version", "v2"},
                         {"container", "none"},
                         {"cpu_flags", {"avx2", "avx512f"}},
                         {"virtual_machine", true},
                         {"memory_total_bytes", 8388608},
                         {"memory_available_bytes", 1048576},
                         {"memory_limit_bytes", 1048576},
                         {"os", "Great OS 1"},
                         {"kernel", "6.1.0-great"},
                         {"load_average", 0.75},
                         {"gpu_driver", nullptr},
                         {"gpus", nullptr}};
  for (const auto& [key, value] : expected.items()) EXPECT_EQ(record.at(key), value) << key;
}

TEST(MachineRecord, NeverTellsTheName) {
  const TemporaryFolder tree;
  put_machine(tree);
  const Json record = machine_record(tree.path(), "");
  EXPECT_EQ(record.dump().find("secret-name"), std::string::npos);
  const std::string hash = record.at("hostname_hash");
  EXPECT_EQ(hash.size(), 16u);
  EXPECT_EQ(machine_record(tree.path(), "").at("hostname_hash"), hash);
  tree.put("etc/machine-id", "0123456789abcdef\n");
  EXPECT_NE(machine_record(tree.path(), "").at("hostname_hash"), hash);

  std::array<char, 256> name{};
  ASSERT_EQ(::gethostname(name.data(), name.size() - 1), 0);
  if (std::string(name.data()).size() >= 6) {  // a name like "vm" is part of other words
    EXPECT_EQ(machine_record().dump().find(name.data()), std::string::npos);
  }
}

TEST(MachineRecord, WhatIsUnknownIsNullAndTheKeysAreTheSame) {
  const Json none = machine_record("/no/such/folder", "no-such-library.so"), here = machine_record();
  std::vector<std::string> keys_of_none, keys_here;
  for (const auto& [key, value] : none.items()) keys_of_none.push_back(key);
  for (const auto& [key, value] : here.items()) keys_here.push_back(key);
  EXPECT_EQ(keys_of_none, keys_here);
  for (const char* key : {"cpu_info", "cpus_logical", "cpu_quota", "smt", "memory_total_bytes", "memory_available_bytes", "kernel",
                          "hostname_hash", "load_average", "gpus"})
    EXPECT_TRUE(none.at(key).is_null()) << key;
}

// As a laptop with an Intel processor shows itself; first lines of real files.
void put_intel_laptop(const TemporaryFolder& tree) {
  tree.put("proc/cpuinfo",
           "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 154\nmodel name\t: 12th Gen Intel(R) Core(TM) "
           "i7-1260P\nstepping\t: 3\nmicrocode\t: 0x432\ncpu MHz\t\t: 899.123\nflags\t\t: fpu fma avx2 f16c avx_vnni\n");
  tree.put("sys/devices/system/cpu/online", "0-1\n");
  tree.put("proc/self/status", "Cpus_allowed_list:\t0-1\n");
  tree.put("sys/devices/system/cpu/intel_pstate/no_turbo", "0\n");
  const std::string cpu = "sys/devices/system/cpu/cpu0";
  tree.put(cpu + "/cpufreq/scaling_governor", "powersave\n");
  tree.put(cpu + "/cpufreq/scaling_driver", "intel_pstate\n");
  tree.put(cpu + "/cpufreq/energy_performance_preference", "balance_performance\n");
  tree.put(cpu + "/cpufreq/scaling_cur_freq", "2100000\n");
  tree.put(cpu + "/cpufreq/base_frequency", "2500000\n");
  tree.put(cpu + "/cpufreq/cpuinfo_max_freq", "4700000\n");
  const auto cache = [&](int index, const char* level, const char* type, const char* size) {
    const std::string folder = cpu + "/cache/index" + std::to_string(index);
    tree.put(folder + "/level", level);
    tree.put(folder + "/type", type);
    tree.put(folder + "/size", size);
  };
  cache(0, "1\n", "Data\n", "48K\n");
  cache(1, "1\n", "Instruction\n", "32K\n");
  cache(2, "2\n", "Unified\n", "1280K\n");
  cache(3, "3\n", "Unified\n", "18M\n");
  tree.put("sys/class/powercap/intel-rapl:0/name", "package-0\n");
  tree.put("sys/class/powercap/intel-rapl:0/energy_uj", "1000\n");
  tree.put("sys/class/powercap/intel-rapl-mmio:0/name", "package-0\n");
  tree.put("sys/class/powercap/intel-rapl-mmio:0/energy_uj", "1000\n");
  tree.put("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
  tree.put("sys/class/dmi/id/sys_vendor", "LENOVO\n");
  tree.put("sys/class/dmi/id/product_name", "21CB\n");
  tree.put("proc/meminfo", "MemTotal: 8 kB\nMemAvailable: 4 kB\nSwapTotal: 2 kB\nSwapFree: 1 kB\n");
  tree.put("proc/uptime", "1234.5 99\n");
  tree.put("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
}

void expect(const Json& record, const Json& expected) {
  for (const auto& [key, value] : expected.items()) EXPECT_EQ(record.at(key), value) << key;
}

TEST(MachineRecord, AnIntelLaptopInFull) {
  const TemporaryFolder tree;
  put_intel_laptop(tree);
  expect(machine_record(tree.path(), ""), {{"cpu_vendor", "GenuineIntel"},
                                           {"cpu_signature", "family 6 model 154 stepping 3"},
                                           {"cpu_microcode", "0x432"},
                                           {"cpu_scaling_driver", "intel_pstate"},
                                           {"cpu_energy_preference", "balance_performance"},
                                           {"cpu_boost", true},
                                           {"cpu_mhz", 2100},
                                           {"cpu_base_mhz", 2500},
                                           {"cpu_max_mhz", 4700},
                                           {"cpu_l1d_bytes", 48 << 10},
                                           {"cpu_l2_bytes", 1280 << 10},
                                           {"cpu_l3_bytes", 18 << 20},
                                           {"cpu_flags", {"avx2", "fma", "f16c", "avx_vnni"}},
                                           {"virtual_machine", false},
                                           {"cpu_energy_counters", {"package-0"}},
                                           {"cpu_energy_missing", nullptr},
                                           {"swap_total_bytes", 2048},
                                           {"swap_free_bytes", 1024},
                                           {"transparent_huge_pages", "madvise"},
                                           {"machine_model", "LENOVO 21CB"},
                                           {"clock_source", "tsc"},
                                           {"uptime_seconds", 1234.5}});
}

TEST(MachineRecord, ATwoSocketAmdServer) {
  const TemporaryFolder tree;
  tree.put("proc/cpuinfo", "vendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC 9654 96-Core Processor\ncpu MHz\t\t: 2400.000\n");
  tree.put("sys/devices/system/cpu/online", "0-7\n");
  tree.put("proc/self/status", "Cpus_allowed_list:\t1,4-6\n");
  for (int cpu = 0; cpu < 8; ++cpu) {
    const std::string topology = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology";
    tree.put(topology + "/physical_package_id", std::to_string(cpu / 4) + "\n");
    tree.put(topology + "/core_id", std::to_string(cpu % 2) + "\n");
  }
  tree.put("sys/devices/system/cpu/smt/active", "1\n");
  tree.put("sys/devices/system/cpu/cpufreq/boost", "0\n");
  tree.put("sys/devices/system/node/online", "0-1\n");
  expect(machine_record(tree.path(), ""), {{"cpu_sockets", 2},
                                           {"cpus_logical", 8},
                                           {"cpus_physical", 4},
                                           {"cpus_affinity", 4},
                                           {"cpu_list", "1,4-6"},
                                           {"smt", true},
                                           {"numa_nodes", 2},
                                           {"cpu_boost", false},
                                           {"cpu_mhz", 2400},
                                           {"cpu_flags", nullptr},
                                           {"virtual_machine", nullptr},
                                           {"cpu_energy_counters", nullptr},
                                           {"cpu_energy_missing", "the kernel shows no RAPL counters (/sys/class/powercap)"}});
}

TEST(MachineRecord, AContainerWithoutSys) {
  const TemporaryFolder tree;
  put_intel_laptop(tree);
  std::filesystem::remove_all(tree.path() / "sys");
  tree.put("proc/self/cgroup", "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/docker/abc\n");
  expect(machine_record(tree.path(), ""), {{"container", "docker"},
                                           {"cgroup_version", "v1 and v2"},
                                           {"cpus_logical", nullptr},
                                           {"cpus_usable", 2},
                                           {"cpu_mhz", 899},
                                           {"cpu_l3_bytes", nullptr},
                                           {"numa_nodes", nullptr},
                                           {"transparent_huge_pages", nullptr},
                                           {"memory_total_bytes", 8192}});
}

TEST(MachineRecord, ContainersByTheirMarks) {
  const auto named = [](const std::string& file, const std::string& text) {
    const TemporaryFolder tree;
    tree.put("proc/self/cgroup", "0::/\n");
    tree.put(file, text);
    return machine_record(tree.path(), "").at("container");
  };
  EXPECT_EQ(named(".dockerenv", ""), "docker");
  EXPECT_EQ(named("run/.containerenv", ""), "podman");
  EXPECT_EQ(named("run/systemd/container", "lxc\n"), "lxc");
  EXPECT_EQ(named("proc/self/cgroup", "0::/kubepods.slice/pod1\n"), "kubernetes");
  EXPECT_EQ(named("other", ""), "none");
}

// Each file of a whole tree cut short, and replaced by noise: fewer fields known, the same keys, never a crash.
TEST(MachineRecord, TornFilesCostTheirFieldsOnly) {
  const TemporaryFolder tree;
  put_intel_laptop(tree);
  put_machine(tree);
  const std::size_t keys = machine_record(tree.path(), "").size();
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(tree.path())) {
    if (!entry.is_regular_file()) continue;
    ++files;
    const std::string name = std::filesystem::relative(entry.path(), tree.path()).string(), text = tree.get(name);
    for (const std::string& bad :
         {std::string(), text.substr(0, text.size() / 2), std::string(3000, '\xff'), std::string("\0:\0\n", 4),
          std::string("99999999999999999999"), std::string("-7\n"), std::string("]["), std::string(500, ':')}) {
      tree.put(name, bad);
      const Json record = machine_record(tree.path(), "");
      EXPECT_EQ(record.size(), keys) << name;
      EXPECT_GE(record.at("cpus_usable"), 1) << name;
      EXPECT_FALSE(record.dump(-1, ' ', false, Json::error_handler_t::replace).empty());
    }
    tree.put(name, text);
  }
  EXPECT_GE(files, 40);
}

TEST(MachineRecord, ListsGpusAndTheirDriver) {
  const Json record = machine_record("/no/such/folder", FAKE_NVML_LIBRARY);
  EXPECT_EQ(record.at("gpu_driver"), "580.12");
  ASSERT_EQ(record.at("gpus").size(), 2u);
  EXPECT_EQ(record.at("gpus")[1].at("name"), "Fake GPU 1");
  EXPECT_TRUE(record.at("gpus")[1].at("memory_bytes").is_null());  // the call fails on this device
}

}  // namespace
}  // namespace cnnbench
