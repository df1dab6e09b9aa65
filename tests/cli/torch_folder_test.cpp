#include "cnnbench/cli/torch_folder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>

#include "cnnbench/cli/nn_library.hpp"
#include "cnnbench/core/error.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

struct TorchFolderTest : testing::Test {
  const test::TemporaryFolder temporary;
  const fs::path& root = temporary.path();

  fs::path empty_libraries(const std::string& name) const {
    temporary.put(name + "/lib/libtorch_cpu.so", "");
    temporary.put(name + "/lib/libc10.so", "");
    return root / name;
  }
  fs::path wheel(const std::string& name, const std::string& version = "2.11.0+cu130") const {
    temporary.put(name + "/version.py", "from typing import Optional\n\n__version__ = '" + version + "'\ndebug = False\n");
    return empty_libraries(name);
  }
  static std::string message(const TorchSearch& search) {
    try {
      return "found " + find_torch(search).lib.string();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::failed);
      EXPECT_THAT(error.remedy(), HasSubstr("CNNBENCH_TORCH=DIR"));
      return error.what();
    }
  }
};

TEST_F(TorchFolderTest, LooksInTheBuildThenTheCacheThenPython) {
  int asked = 0;
  TorchSearch search;
  search.configured = wheel("configured");
  search.cached = wheel("cached");
  search.ask_python = [&] {
    ++asked;
    return std::optional(wheel("python"));
  };
  EXPECT_EQ(find_torch(search).lib, root / "configured/lib");
  fs::remove_all(search.configured);
  EXPECT_EQ(find_torch(search).lib, root / "cached/lib");
  EXPECT_EQ(asked, 0);
  fs::remove_all(search.cached);
  EXPECT_EQ(find_torch(search).lib, root / "python/lib");
  EXPECT_EQ(find_torch(search).source, "python3");
  EXPECT_EQ(find_torch(search).version, "2.11.0+cu130");
}

TEST_F(TorchFolderTest, TheFolderAskedForIsTheOnlyOne) {
  TorchSearch search;
  search.asked = root / "absent";
  search.configured = wheel("configured");
  EXPECT_EQ(message(search), "CNNBENCH_TORCH=" + (root / "absent").string() + ": not there");
  search.asked = wheel("asked");
  EXPECT_EQ(find_torch(search).lib, root / "asked/lib");
}

TEST_F(TorchFolderTest, TakesThePackageItsParentOrItsLibraries) {
  wheel("site-packages/torch");
  for (const char* folder : {"site-packages", "site-packages/torch", "site-packages/torch/lib"}) {
    TorchSearch search;
    search.asked = root / folder;
    EXPECT_EQ(find_torch(search).lib.lexically_normal(), root / "site-packages/torch/lib") << folder;
  }
}

TEST_F(TorchFolderTest, ReadsTheVersionOfAnUnpackedLibtorch) {
  TorchSearch search;
  search.asked = empty_libraries("libtorch");
  EXPECT_THAT(message(search), HasSubstr("torch of unknown version, not 2.11"));
  temporary.put("libtorch/include/torch/csrc/api/include/torch/version.h", "#pragma once\n#define TORCH_VERSION \"2.11.1\"\n");
  EXPECT_EQ(find_torch(search).version, "2.11.1");
  temporary.put("libtorch/build-version", "2.11.0+cpu\n");
  EXPECT_EQ(find_torch(search).version, "2.11.0+cpu");
}

TEST_F(TorchFolderTest, AnotherSeriesIsRefusedByName) {
  for (const char* version : {"2.10.0", "2.1", "2.110.0", "3.11.0"}) {
    TorchSearch search;
    search.asked = wheel("other", version);
    EXPECT_THAT(message(search), HasSubstr(fmt::format("torch {}, not 2.11", version)));
  }
}

TEST_F(TorchFolderTest, SaysEverywhereItLooked) {
  TorchSearch search;
  search.configured = root / "configured";
  fs::create_directories(root / "cached");
  search.cached = root / "cached";
  search.ask_python = [&] { return std::optional(wheel("python", "2.10.1+cpu")); };
  EXPECT_EQ(message(search),
            fmt::format("libtorch 2.11 was not found ({0}/configured: not there; {0}/cached: no libtorch_cpu.so in it; "
                        "python3's {0}/python: torch 2.10.1+cpu, not 2.11)",
                        root.string()));
  search.ask_python = [] { return std::optional<fs::path>(); };
  EXPECT_THAT(message(search), HasSubstr("python3: no torch)"));
  search.cached = search.configured;
  EXPECT_EQ(message(search),
            fmt::format("libtorch 2.11 was not found ({}/configured: not there; python3: no torch)", root.string()));
}

TEST(FirstLineOf, IsWhatTheCommandPrintsFirst) {
  EXPECT_EQ(first_line_of({"sh", "-c", "echo one; echo two"}, 60), "one");
  EXPECT_EQ(first_line_of({"sh", "-c", "printf unfinished"}, 60), "unfinished");
  EXPECT_EQ(first_line_of({"sh", "-c", "cat; echo no input waits"}, 60), "no input waits");
}

TEST(FirstLineOf, IsNothingWhereTheCommandFailsOrIsAbsent) {
  EXPECT_EQ(first_line_of({"sh", "-c", "echo one; exit 3"}, 60), std::nullopt);
  EXPECT_EQ(first_line_of({"cnnbench-there-is-no-such-program"}, 60), std::nullopt);
  EXPECT_EQ(first_line_of({}, 60), std::nullopt);
}

TEST(FirstLineOf, EndsACommandThatHangsAndItsChildren) {
  EXPECT_EQ(first_line_of({"sh", "-c", "sleep 1000 & sleep 1000"}, 0.05), std::nullopt);  // or this test runs into its time limit
}

TEST_F(TorchFolderTest, TheTorchHalfLiesBesideTheProgramOrInThePrefixsLibFolder) {
  const fs::path program_folder = root / "bin";
  try {
    nn_library_file(program_folder);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr(program_folder.string()));
  }
  temporary.put("lib/cnnbench/libcnnbench_nn.so", "");
  EXPECT_EQ(nn_library_file(program_folder), root / "lib/cnnbench/libcnnbench_nn.so");
  temporary.put("bin/libcnnbench_nn.so", "");
  EXPECT_EQ(nn_library_file(program_folder), program_folder / "libcnnbench_nn.so");
}

TEST_F(TorchFolderTest, ABrokenTorchIsAnErrorThatNamesTheFile) {
  const TorchFolder torch{wheel("broken") / "lib", "2.11.0", "test"};
  try {
    open_nn_library(root / "libcnnbench_nn.so", torch);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr((root / "broken/lib/libtorch_cpu.so").string()));
    EXPECT_THAT(error.remedy(), HasSubstr("torch==2.11.0"));
  }
}

}  // namespace
}  // namespace cnnbench
