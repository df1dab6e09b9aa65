#include "cnnbench/cli/run_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cnnbench {
namespace {

using testing::HasSubstr;

RunResult sample(const std::string& device, double speed) {
  RunResult r;
  r.experiment.name = "catdog_original";
  r.device = device;
  r.device_name = "Model X";
  r.precision = "float32";
  r.cache = "decoded";
  r.threads = 2;
  r.workers = 1;
  r.images_per_second = speed;
  r.final_val_accuracy = 0.74125;
  r.best_val_accuracy = 0.75;
  r.best_epoch = 21;
  r.seconds.wall = 60;
  r.seconds.compute = 50;
  r.seconds.evaluate = 8;
  r.stopped = "finished";
  r.data_source = "folder pictures";
  r.verdict.text = "compute-bound on cpu: ...";
  r.taints = {"debug build"};
  return r;
}

TEST(RunReport, SaysSpeedAccuracyTimeTaintsAndVerdict) {
  EXPECT_EQ(run_report(sample("cpu", 1234.56)),
            "catdog_original on cpu (Model X): 1,235 images/s (float32, 2 threads, 1 worker, cache decoded, batch 32)\n"
            "validation accuracy: 74.1 % (best 75.0 %, epoch 21)\n"
            "time: 60.0 s = setup 0.0 + data wait 0.0 + compute 50.0 + evaluation 8.0 + checkpoints 0.0 + output 0.0 + rest 2.0\n"
            "data: folder pictures\n"
            "note: debug build\n"
            "verdict: compute-bound on cpu: ...\n"
            "total images/sec: 1234.6");
}

TEST(RunReport, AccuracyThatWasNotMeasuredIsADash) {
  RunResult r = sample("cpu", 1);
  r.final_val_accuracy = r.best_val_accuracy = std::nullopt;
  EXPECT_THAT(run_report(r), HasSubstr("validation accuracy: -\n"));
}

TEST(RunReport, SaysPicturesPerJouleAndHowTheyWereCounted) {
  RunResult r = sample("cuda:0", 1);
  r.energy_j = 1234.5;
  r.images_per_j = 8.765;
  r.energy_method = "nvml total energy";
  EXPECT_THAT(run_report(r), HasSubstr("\nenergy: 8.77 images/J, 1234 J (nvml total energy)\n"));
}

TEST(DeviceTable, GivesTheRatioToTheFirst) {
  const std::string table = device_table({sample("cpu", 100), sample("cuda:0", 2300)});
  EXPECT_THAT(table, HasSubstr("cpu (Model X)    |       100 |   1.00x |       74.1 % |"));
  EXPECT_THAT(table, HasSubstr("cuda:0 (Model X) |     2,300 |  23.00x |"));
}

TEST(RunsJson, HasOneShapeWhateverTheNumberOfRuns) {
  const auto one = runs_json({sample("cpu", 100)});
  EXPECT_EQ(one.at("runs").at(0).at("device"), "cpu");
  EXPECT_EQ(one.at("ratios"), nlohmann::ordered_json({1.0}));
  const auto several = runs_json({sample("cpu", 100), sample("cuda:0", 250)});
  EXPECT_EQ(several.at("runs").size(), 2u);
  EXPECT_EQ(several.at("ratios").at(1), 2.5);
}

}  // namespace
}  // namespace cnnbench
