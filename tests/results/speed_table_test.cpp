#include "cnnbench/results/speed_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Row row(const std::string& model, const std::string& machine, std::optional<std::string> gpu, std::vector<double> ips) {
  Row r;
  r.model = model;
  r.batch_size = 32;
  r.hostname_hash = machine;
  r.cpu_info = "EPYC";
  r.cpus_usable = 2;
  r.gpu_info = std::move(gpu);
  r.device = r.gpu_info ? "cuda:0" : "cpu";
  r.axes = {{"train.device", r.device}};
  r.samples_ips = std::move(ips);
  r.status = "ok";
  summarize(r);
  return r;
}

TEST(SpeedTable, NetworksAreRowsAndMachinesColumns) {
  std::vector<Row> rows{row("original", "aaaaaaaa", {}, {100, 101, 102, 103}), row("original", "aaaaaaaa", "H100", {1000, 1010, 1020, 1030}),
                        row("improved", "aaaaaaaa", {}, {50})};
  rows[1].taints = {"3 pictures skipped"};
  const std::string text = speed_table(rows, "");
  EXPECT_THAT(text, HasSubstr("| images/s | EPYC, 2 cores (base) | H100 |\n|---|---:|---:|\n"));
  EXPECT_THAT(text, HasSubstr("| original, batch 32 | 102 | 1,015, 10.00x (9.71 to 10.30) * |"));
  EXPECT_THAT(text, HasSubstr("| improved, batch 32 | 50.0 | - |"));
  EXPECT_THAT(text, HasSubstr("* 3 pictures skipped"));
  EXPECT_THAT(speed_table(rows, "H100"), HasSubstr("| 102, 0.10x"));
  EXPECT_THROW(speed_table(rows, "H200"), Error);
  EXPECT_THROW(speed_table({}, ""), Error);
}

TEST(SpeedTable, TheSameCellOnceMoreIsAColumnOfItsOwn) {
  const std::string text = speed_table({row("original", "aaaaaaaa", {}, {100}), row("original", "aaaaaaaa", {}, {90})}, "");
  EXPECT_THAT(text, HasSubstr("EPYC, 2 cores (base) | EPYC, 2 cores, result 2 |"));
  EXPECT_THAT(text, HasSubstr("| original, batch 32 | 100 | 90.0, 0.90x |"));
}

TEST(SpeedTable, MachinesOfOneKindAreToldApartAndNamesAreHarmless) {
  const std::string text = speed_table({row("a|b\x1b[31m", "aaaaaaaa", {}, {100}), row("a|b\x1b[31m", "bbbbbbbb", {}, {200})}, "");
  EXPECT_THAT(text, HasSubstr("EPYC, 2 cores (aaaaaa) (base) | EPYC, 2 cores (bbbbbb)"));
  EXPECT_THAT(text, HasSubstr("a\\|b [31m"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("200, 2.00x |"));
}

}  // namespace
}  // namespace cnnbench
