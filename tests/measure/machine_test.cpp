#include "cnnbench/measure/machine.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "support/recorded_tree.hpp"

namespace cnnbench {
namespace {

using testing::RecordedTree;
using Json = nlohmann::ordered_json;

void put_machine(const RecordedTree& tree) {
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
  const RecordedTree tree;
  put_machine(tree);
  const Json record = machine_record(tree.root(), "");
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
  const RecordedTree tree;
  put_machine(tree);
  const Json record = machine_record(tree.root(), "");
  EXPECT_EQ(record.dump().find("secret-name"), std::string::npos);
  const std::string hash = record.at("hostname_hash");
  EXPECT_EQ(hash.size(), 16u);
  EXPECT_EQ(machine_record(tree.root(), "").at("hostname_hash"), hash);
  tree.put("etc/machine-id", "0123456789abcdef\n");
  EXPECT_NE(machine_record(tree.root(), "").at("hostname_hash"), hash);

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

TEST(MachineRecord, ListsGpusAndTheirDriver) {
  const Json record = machine_record("/no/such/folder", FAKE_NVML_LIBRARY);
  EXPECT_EQ(record.at("gpu_driver"), "580.12");
  ASSERT_EQ(record.at("gpus").size(), 2u);
  EXPECT_EQ(record.at("gpus")[1].at("name"), "Fake GPU 1");
  EXPECT_TRUE(record.at("gpus")[1].at("memory_bytes").is_null());  // the call fails on this device
}

}  // namespace
}  // namespace cnnbench
