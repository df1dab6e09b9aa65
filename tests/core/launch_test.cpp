#include "cnnbench/core/launch.hpp"

#include <gtest/gtest.h>

#include <map>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

Launch read(const std::map<std::string, std::string>& set) {
  return read_launch([&](const std::string& name) -> std::optional<std::string> {
    const auto found = set.find(name);
    return found == set.end() ? std::nullopt : std::optional(found->second);
  });
}

TEST(Launch, WithoutALauncherTheProcessIsTheWholeRun) {
  const Launch l = read({{"MASTER_ADDR", "somewhere"}, {"RANK", "3"}});
  EXPECT_EQ(l.launcher, "");
  EXPECT_EQ(l.rank, 0);
  EXPECT_EQ(l.size, 1);
}

TEST(Launch, TorchrunSaysRankAndStore) {
  const Launch l = read({{"RANK", "3"},
                         {"WORLD_SIZE", "4"},
                         {"LOCAL_RANK", "1"},
                         {"LOCAL_WORLD_SIZE", "2"},
                         {"MASTER_ADDR", "n1"},
                         {"MASTER_PORT", "29500"},
                         {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                         {"TORCHELASTIC_RUN_ID", "job"},
                         {"TORCHELASTIC_RESTART_COUNT", "2"},
                         {"OMPI_COMM_WORLD_SIZE", "1"},
                         {"SLURM_STEP_NUM_TASKS", "9"},
                         {"SLURM_PROCID", "8"}});
  EXPECT_EQ(l.launcher, "torchrun");
  EXPECT_EQ(l.rank, 3);
  EXPECT_EQ(l.size, 4);
  EXPECT_EQ(l.local_rank, 1);
  EXPECT_EQ(l.local_size, 2);
  EXPECT_EQ(l.address, "n1");
  EXPECT_EQ(l.port, 29500);
  EXPECT_TRUE(l.store_is_there);
  EXPECT_EQ(l.attempt, "job/2");
}

TEST(Launch, MpirunNeedsNoAddress) {
  const Launch l = read({{"OMPI_COMM_WORLD_RANK", "1"},
                         {"OMPI_COMM_WORLD_SIZE", "2"},
                         {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                         {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}});
  EXPECT_EQ(l.launcher, "mpirun");
  EXPECT_EQ(l.rank, 1);
  EXPECT_EQ(l.address, "");
}

TEST(Launch, SrunSaysTasksByNodeAndTheFirstHost) {
  std::map<std::string, std::string> step{{"SLURM_PROCID", "7"},
                                          {"SLURM_STEP_NUM_TASKS", "8"},
                                          {"SLURM_LOCALID", "0"},
                                          {"SLURM_NODEID", "3"},
                                          {"SLURM_STEP_TASKS_PER_NODE", "3,2(x2),1"},
                                          {"SLURM_STEP_NODELIST", "gpu[07-09,12]"},
                                          {"SLURM_JOB_ID", "100"},
                                          {"SLURM_STEP_ID", "2"}};
  const Launch l = read(step);
  EXPECT_EQ(l.launcher, "srun");
  EXPECT_EQ(l.rank, 7);
  EXPECT_EQ(l.local_size, 1);
  EXPECT_EQ(l.address, "gpu07");
  step["SLURM_NODEID"] = "2";
  step["SLURM_LOCALID"] = "1";
  EXPECT_EQ(read(step).local_size, 2);
  step["SLURM_STEP_ID"] = "3";
  EXPECT_NE(read(step).port, l.port);  // two steps of a job on one machine
  step["SLURM_NODEID"] = "4";  // of four
  EXPECT_THROW(read(step), Error);
  step["SLURM_STEP_TASKS_PER_NODE"] = "many";
  EXPECT_THROW(read(step), Error);
}

TEST(Launch, AnAllocationIsNoStep) {
  EXPECT_EQ(read({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "8"}, {"SLURM_JOB_ID", "5"}}).size, 1);
}

TEST(Launch, WhatContradictsItselfIsRefused) {
  std::map<std::string, std::string> mpi{{"OMPI_COMM_WORLD_RANK", "2"},
                                         {"OMPI_COMM_WORLD_SIZE", "2"},
                                         {"OMPI_COMM_WORLD_LOCAL_RANK", "0"},
                                         {"OMPI_COMM_WORLD_LOCAL_SIZE", "1"}};
  EXPECT_THROW(read(mpi), Error);
  mpi["OMPI_COMM_WORLD_RANK"] = "one";
  EXPECT_THROW(read(mpi), Error);
  mpi.erase("OMPI_COMM_WORLD_RANK");
  EXPECT_THROW(read(mpi), Error);
}

TEST(Launch, TheFirstHostOfSlurmsLists) {
  EXPECT_EQ(first_host("one"), "one");
  EXPECT_EQ(first_host("one,two[1-3]"), "one");
  EXPECT_EQ(first_host("n[001-128]"), "n001");
  EXPECT_EQ(first_host("n[5,9]-ib,m1"), "n5-ib");
}

// Of every size from nothing to 5,000 among 1 to 64 ranks: each once, in order, in parts of nearly the same length.
TEST(Part, AllPartsTogetherAreEachThingOnce) {
  for (std::size_t count = 0; count <= 5000; count += count < 300 ? 1 : 97)
    for (int size = 1; size <= 64; ++size) {
      std::size_t next = 0, least = count, most = 0;
      for (int rank = 0; rank < size; ++rank) {
        const Part part = part_of(count, rank, size);
        ASSERT_EQ(part.begin, next) << count << " among " << size;
        next = part.end;
        least = std::min(least, part.size());
        most = std::max(most, part.size());
      }
      ASSERT_EQ(next, count);
      ASSERT_LE(most - least, 1u);
    }
}

}  // namespace
}  // namespace cnnbench
