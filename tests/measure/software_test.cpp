#include "cnnbench/measure/software.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cnnbench {
namespace {

using ::testing::MatchesRegex;

TEST(SoftwareRecord, NamesEveryLibraryWithAVersion) {
  const auto record = software_record();
  for (const auto& [name, version] : record.at("libraries").items()) {
    if (name == "opencv_cpu_features") {  // which of its kernels run here
      EXPECT_THAT(version.get<std::string>(), MatchesRegex("[*?]?[A-Z][A-Z0-9.-]+( .*)?"));
    } else if (name != "libstdcxx_headers") {
      EXPECT_THAT(version.get<std::string>(), MatchesRegex("[0-9]+\\.[0-9]+.*")) << name;
    }
  }
  EXPECT_GE(record.at("libraries").size(), 8u);
  EXPECT_NE(record.at("compiler_flags").get<std::string>().find("-std=c++20"), std::string::npos);
}

TEST(SoftwareRecord, KeepsTheVariablesThatMatterAndNoFolder) {
  const auto record = software_record([](const char* name) -> const char* {
    if (std::string_view(name) == "OMP_NUM_THREADS") return "3";
    if (std::string_view(name) == "LD_PRELOAD") return "/home/somebody/libjemalloc.so.2:libother.so";
    return nullptr;
  });
  EXPECT_EQ(record.at("environment").at("OMP_NUM_THREADS"), "3");
  EXPECT_EQ(record.at("environment").at("LD_PRELOAD"), "libjemalloc.so.2:libother.so");
  EXPECT_TRUE(record.at("environment").at("MKL_NUM_THREADS").is_null());
  EXPECT_EQ(record.dump().find("somebody"), std::string::npos);
}

}  // namespace
}  // namespace cnnbench
