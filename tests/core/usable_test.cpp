#include <gtest/gtest.h>

#include "cnnbench/core/usable.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

using test::TemporaryFolder;

constexpr std::uint64_t mib = 1 << 20;
constexpr const char* status = "Name:\tcnnbench\nCpus_allowed:\tff0f\nCpus_allowed_list:\t0-3,8-15\nMems_allowed:\t1\n";

TEST(UsableCpus, AreThoseOfTheAffinityMask) {
  const TemporaryFolder tree;
  tree.put("proc/self/status", status);
  const UsableCpus usable = usable_cpus(tree.path());
  EXPECT_EQ(usable.cpus, (std::vector<int>{0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15}));
  EXPECT_EQ(usable.quota, 0);
  EXPECT_EQ(usable.count(), 12);
}

TEST(UsableCpus, OfThisMachineAreAtLeastOne) {
  EXPECT_GE(usable_cpus().count(), 1);
  EXPECT_FALSE(usable_cpus().cpus.empty());
}

TEST(UsableCpus, NothingReadableIsOne) { EXPECT_EQ(usable_cpus("/no/such/folder").count(), 1); }

TEST(UsableCpus, QuotaOfCgroupV2RoundsUp) {
  const TemporaryFolder tree;
  tree.put("proc/self/status", status);
  tree.put("proc/self/cgroup", "0::/\n");
  tree.put("sys/fs/cgroup/cpu.max", "250000 100000\n");
  EXPECT_DOUBLE_EQ(usable_cpus(tree.path()).quota, 2.5);
  EXPECT_EQ(usable_cpus(tree.path()).count(), 3);
  tree.put("sys/fs/cgroup/cpu.max", "10000 100000\n");
  EXPECT_EQ(usable_cpus(tree.path()).count(), 1);
  tree.put("sys/fs/cgroup/cpu.max", "6400000 100000\n");
  EXPECT_EQ(usable_cpus(tree.path()).count(), 12);
  tree.put("sys/fs/cgroup/cpu.max", "max 100000\n");
  EXPECT_EQ(usable_cpus(tree.path()).quota, 0);
}

TEST(UsableCpus, TheSmallestQuotaOfNestedGroupsCounts) {
  const TemporaryFolder tree;
  tree.put("proc/self/status", status);
  tree.put("proc/self/cgroup", "0::/user.slice/job.scope\n");
  tree.put("sys/fs/cgroup/user.slice/job.scope/cpu.max", "800000 100000\n");
  tree.put("sys/fs/cgroup/user.slice/cpu.max", "400000 100000\n");
  EXPECT_DOUBLE_EQ(usable_cpus(tree.path()).quota, 4);
}

TEST(UsableCpus, QuotaOfCgroupV1) {
  const TemporaryFolder tree;
  tree.put("proc/self/status", status);
  tree.put("proc/self/cgroup", "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/\n");
  // In a container without a cgroup namespace the path is the host's; the mount point itself is our group.
  tree.put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "150000\n");
  tree.put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  EXPECT_DOUBLE_EQ(usable_cpus(tree.path()).quota, 1.5);
  EXPECT_EQ(usable_cpus(tree.path()).count(), 2);
  tree.put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(usable_cpus(tree.path()).quota, 0);
}

TEST(UsableCpus, BrokenFilesCountAsAbsent) {
  const TemporaryFolder tree;
  tree.put("proc/self/status", "Cpus_allowed_list:\t0-,x,-3,5-2,7,99999999999-999999999999,0-999999999\n");
  tree.put("proc/self/cgroup", "0\n::\n0::/../../..\nnonsense");
  tree.put("sys/fs/cgroup/cpu.max", "-5 0");
  EXPECT_EQ(usable_cpus(tree.path()).cpus, std::vector<int>{7});
  EXPECT_EQ(usable_cpus(tree.path()).quota, 0);
}

TEST(AvailableMemory, IsWhatTheKernelSays) {
  const TemporaryFolder tree;
  tree.put("proc/meminfo",
           "MemTotal:       16384 kB\nMemFree:         1024 kB\nMemAvailable:    8192 kB\nCached:          2048 kB\n");
  EXPECT_EQ(available_memory_bytes(tree.path()), 8 * mib);
  tree.put("proc/meminfo", "MemTotal:       16384 kB\nMemFree:         1024 kB\nCached:          2048 kB\n");
  EXPECT_EQ(available_memory_bytes(tree.path()), 3 * mib);
  EXPECT_EQ(available_memory_bytes("/no/such/folder"), 0u);
  EXPECT_GT(available_memory_bytes(), mib);
}

TEST(AvailableMemory, IsWhatTheGroupsLimitLeaves) {
  const TemporaryFolder tree;
  tree.put("proc/meminfo", "MemAvailable:    102400 kB\n");
  tree.put("proc/self/cgroup", "0::/job\n");
  tree.put("sys/fs/cgroup/job/memory.max", std::to_string(50 * mib));
  tree.put("sys/fs/cgroup/job/memory.current", std::to_string(40 * mib));
  tree.put("sys/fs/cgroup/job/memory.stat", "anon 100\ninactive_file " + std::to_string(25 * mib) + "\nactive_file 7\n");
  EXPECT_EQ(available_memory_bytes(tree.path()), 35 * mib);
  tree.put("sys/fs/cgroup/job/memory.max", "max\n");
  EXPECT_EQ(available_memory_bytes(tree.path()), 100 * mib);
}

TEST(AvailableMemory, VersionOneSaysNoLimitWithAHugeNumber) {
  const TemporaryFolder tree;
  tree.put("proc/meminfo", "MemAvailable:    102400 kB\n");
  tree.put("proc/self/cgroup", "4:memory:/\n");
  tree.put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  tree.put("sys/fs/cgroup/memory/memory.usage_in_bytes", "5\n");
  EXPECT_EQ(available_memory_bytes(tree.path()), 100 * mib);
  tree.put("sys/fs/cgroup/memory/memory.limit_in_bytes", std::to_string(mib));
  tree.put("sys/fs/cgroup/memory/memory.usage_in_bytes", std::to_string(3 * mib));  // lowered below what is in use
  EXPECT_EQ(available_memory_bytes(tree.path()), 0u);
}

Launch rank(int rank, int size) {
  return {.launcher = "torchrun", .rank = rank, .size = size, .local_rank = rank, .local_size = size};
}

TEST(CpusOfRank, OnesThatNobodyBoundShareTheCoresOut) {
  const UsableCpus all{.cpus = {0, 2, 4, 6, 8}, .quota = 4};
  EXPECT_EQ(cpus_of_rank(all, rank(0, 2), {}).cpus, (std::vector<int>{0, 2, 4}));
  EXPECT_EQ(cpus_of_rank(all, rank(1, 2), {}).cpus, (std::vector<int>{6, 8}));
  EXPECT_EQ(cpus_of_rank(all, rank(1, 2), all.cpus).cpus, (std::vector<int>{6, 8}));
  EXPECT_EQ(cpus_of_rank(all, rank(1, 2), {}).quota, 2);
  EXPECT_EQ(cpus_of_rank(all, rank(0, 1), {}).cpus, all.cpus);
}

TEST(CpusOfRank, WhatALauncherBoundItToStays) {
  const UsableCpus bound{.cpus = {3}, .quota = 0};
  EXPECT_EQ(cpus_of_rank(bound, rank(1, 4), {0, 1, 2, 3}).cpus, (std::vector<int>{3}));
}

TEST(CpusOfRank, MoreRanksThanCoresShareThem) {
  const UsableCpus all{.cpus = {5, 7}, .quota = 0};
  EXPECT_EQ(cpus_of_rank(all, rank(0, 4), {}).cpus, (std::vector<int>{5}));
  EXPECT_EQ(cpus_of_rank(all, rank(3, 4), {}).cpus, (std::vector<int>{7}));
}

}  // namespace
}  // namespace cnnbench
