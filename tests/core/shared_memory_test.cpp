#include "cnnbench/core/shared_memory.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

TEST(SharedMemory, AnotherProcessReadsWhatOneWrites) {
  const auto memory = SharedMemory::make(10'000);
  memory->data()[9'999] = 7;
  const SharedMemory::Name name = memory->name();
  const pid_t child = ::fork();
  if (child == 0) {
    const auto opened = SharedMemory::open(name, 10'000);
    const bool seen = opened->data()[9'999] == 7;
    opened->data()[0] = 3;
    ::_exit(seen ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(memory->data()[0], 3);
}

TEST(SharedMemory, NothingElseIsTakenForIt) {
  const auto memory = SharedMemory::make(10'000);
  SharedMemory::Name name = memory->name();
  EXPECT_THROW(SharedMemory::open(name, 50'000), Error);  // of another size
  ++name.mark;
  EXPECT_THROW(SharedMemory::open(name, 10'000), Error);  // as after a process number was given anew
  name = memory->name();
  memory->close_name();
  EXPECT_THROW(SharedMemory::open(name, 10'000), Error);
}

TEST(SharedMemory, WhatTheSystemRefusesIsNamed) {
  const auto error_of = [](std::size_t bytes) {
    try {
      SharedMemory::make(bytes);
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  EXPECT_NE(error_of(std::size_t{1} << 63).find("the other ranks: ftruncate: "), std::string::npos);
  EXPECT_NE(error_of(std::size_t{1} << 47).find("the other ranks: mmap: "), std::string::npos);  // all addresses there are
}

}  // namespace
}  // namespace cnnbench
