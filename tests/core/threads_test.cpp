#include "cnnbench/core/threads.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cnnbench {
namespace {

using ::testing::HasSubstr;

TEST(Threads, AsManyAsThereAreToBeHadAreNoFault) {
  require_threads(0, "computing", "-");
  require_threads(-1, "computing", "-");
  require_threads(40, "computing", "-");
  int ran = 0;
  started_thread("a test", [&ran] { ran = 1; }).join();
  EXPECT_EQ(ran, 1);
}

// What a child says that may have no thread but the one it has; root has no limit, so it is somebody else.
std::string without_threads(void (*ask)()) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    std::string said = "started";
    const rlimit none{1, 1};
    if (::setrlimit(RLIMIT_NPROC, &none) != 0 || (::getuid() == 0 && ::setuid(54321) != 0)) said = "skip";
    try {
      if (said != "skip") ask();
    } catch (const Error& e) {
      said = std::string(e.what()) + " -- " + e.remedy();
    }
    const auto written = ::write(ends[1], said.data(), said.size());
    ::_exit(written < 0 ? 1 : 0);
  }
  ::close(ends[1]);
  std::string said(4096, '\0');
  const ssize_t got = ::read(ends[0], said.data(), said.size());
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  said.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return said;
}

TEST(Threads, ThatTheSystemRefusesAreAnErrorWithARemedy) {
  const std::string many = without_threads([] { require_threads(3, "computing", "set train.threads to fewer"); });
  if (many == "skip" || many == "started") GTEST_SKIP() << "no limit of threads takes hold here";
  EXPECT_THAT(many, HasSubstr("0 of 3 threads for computing could be started: Resource temporarily unavailable"));
  EXPECT_THAT(many, HasSubstr("set train.threads to fewer, or raise the limit of processes"));
  EXPECT_THAT(without_threads([] { started_thread("the telemetry", [] {}); }),
              HasSubstr("no thread for the telemetry could be started: Resource temporarily unavailable -- raise the limit"));
}

}  // namespace
}  // namespace cnnbench
