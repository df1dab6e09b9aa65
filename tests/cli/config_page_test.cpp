#include "cnnbench/cli/config_page.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "cnnbench/core/files.hpp"

namespace cnnbench {
namespace {

using testing::HasSubstr;

TEST(ConfigPage, SaysValuesDefaultAndMeaning) {
  const std::string page = config_page();
  EXPECT_THAT(page, HasSubstr("| `augment.backend` | opencv, fused | `opencv` | what the loader's workers warp with"));
  EXPECT_THAT(page, HasSubstr("| `augment.zoom` | 0 to 0.99 | `0` | random zoom"));
  EXPECT_THAT(page, HasSubstr("| `loader.shuffle` | true, false | `true` |"));
  EXPECT_THAT(page, HasSubstr("| `data.limit_train` | 0 or more | `0` |"));
}

TEST(SchemaPage, IsTheOneInDocs) {
  const std::filesystem::path file = std::filesystem::path(CNNBENCH_SOURCE_DIR) / "docs/config.md";
  if (std::getenv("CNNBENCH_UPDATE_GOLDEN") != nullptr) write_atomic(file, config_page());
  EXPECT_EQ(read_file(file, 1 << 20), config_page()) << "CNNBENCH_UPDATE_GOLDEN=1 renews it";
}

}  // namespace
}  // namespace cnnbench
