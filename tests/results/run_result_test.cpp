#include "cnnbench/results/run_result.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "cnnbench/core/build_info.hpp"
#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::HasSubstr;

RunResult example() {
  RunResult r;
  r.experiment.name = "catdog";
  r.experiment.data.path = "pictures";
  r.device = "cuda:0";
  r.device_name = "NVIDIA H200";
  r.precision = "float32";
  r.libtorch = "2.11.0";
  r.data_source = "folder pictures";
  r.threads = 8;
  r.workers = 4;
  r.cache = "decoded";
  r.augment_on = "cpu";
  r.n_params = 813217;
  r.flops_per_image = 21000000;
  r.class_names = {"cat", "dog"};
  r.train_pictures = 2000;
  r.validation_pictures = 500;
  for (int epoch = 1; epoch <= 2; ++epoch) {
    EpochRow e;
    e.epoch = epoch;
    e.accuracy = 0.5 + 0.1 * epoch;
    e.loss = 0.7 / epoch;
    if (epoch == 2) e.val_accuracy = 0.71, e.val_loss = 0.6;
    e.learning_rate = 1e-3;
    e.pictures = 2000;
    e.steps = 63;
    e.images_per_second = 400;
    e.data_wait_pct = 20;
    e.seconds = {.wall = 6.5, .setup = 0, .data_wait = 1, .compute = 4, .evaluate = 1, .checkpoint = 0.25, .output = 0.125};
    e.telemetry.gpu_util_pct = 55;
    e.telemetry.gpu_throttle_reasons = std::vector<std::string>{"sw_power_cap"};
    r.epochs.push_back(e);
  }
  r.images_per_second = 400;
  r.final_val_accuracy = r.best_val_accuracy = 0.71;
  r.best_epoch = 2;
  r.stopped = "finished";
  r.seconds = {.wall = 15, .setup = 1, .data_wait = 2, .compute = 8, .evaluate = 2, .checkpoint = 0.5, .output = 0.25};
  r.telemetry.machine_cpu_pct = 90;
  r.telemetry_series = {{.seconds = 0}, {.seconds = 0.25, .machine_cpu_pct = 80, .gpu_power_w = 300}};
  r.stages.loader_pictures = 4000;
  r.stages.augment = 32;
  r.verdict = judge(speed_figures(r), speed_settings(r));
  r.taints = {"3 pictures skipped"};
  r.skipped = {{"cat/1.jpg", "truncated"}};
  r.first_losses = {0.7, 0.69};
  stamp(r);
  return r;
}

RunResult reread(const Json& json) { return run_result_from_json(Json::parse(json.dump()), "result.json"); }

TEST(RunResultJson, ComesBackAsItWas) {
  const RunResult r = example();
  const Json json = to_json(r);
  const RunResult again = reread(json);
  EXPECT_EQ(to_json(again), json);
  EXPECT_EQ(again.experiment, r.experiment);
  EXPECT_EQ(again.epochs.size(), 2u);
  EXPECT_FALSE(again.epochs[0].val_accuracy.has_value());
  EXPECT_EQ(again.epochs[1].seconds.compute, 4);
  EXPECT_EQ(*again.epochs[1].telemetry.gpu_throttle_reasons, std::vector<std::string>{"sw_power_cap"});
  EXPECT_EQ(again.telemetry_series[1].gpu_power_w, 300);
  EXPECT_FALSE(again.telemetry_series[0].gpu_power_w.has_value());
  EXPECT_EQ(again.verdict.bound, Bound::input);
  EXPECT_EQ(again.skipped[0].reason, "truncated");
}

TEST(RunResultJson, UnknownIsNullAndNotZero) {
  const Json json = to_json(example());
  EXPECT_TRUE(json["seconds_to_target"].is_null());
  EXPECT_TRUE(json["telemetry"]["gpu_power_w"].is_null());
  EXPECT_TRUE(json["telemetry"]["throttle_reasons"].is_null());
  EXPECT_TRUE(json["epochs"][0]["val_loss"].is_null());
}

TEST(RunResultJson, PhasesAddUpToTheWall) {
  const Json json = to_json(example());
  EXPECT_DOUBLE_EQ(json["seconds"]["rest"], 1.25);
  EXPECT_DOUBLE_EQ(json["epochs"][0]["seconds"]["rest"], 0.125);
}

TEST(RunResultJson, ALossThatIsNoNumberStaysOne) {
  RunResult r = example();
  r.epochs[1].loss = std::numeric_limits<double>::quiet_NaN();
  const Json json = to_json(r);
  EXPECT_TRUE(json["epochs"][1]["loss"].is_null());
  EXPECT_TRUE(std::isnan(reread(json).epochs[1].loss));
}

TEST(RunResultJson, NamesThatAreNotUtf8DoNotStopTheWriting) {
  RunResult r = example();
  r.skipped[0].name = "cat/\xff\xfe.jpg";
  const auto json = nlohmann::json::parse(result_text(r));
  EXPECT_EQ(json["skipped"][0]["name"], "cat/\xef\xbf\xbd\xef\xbf\xbd.jpg");
}

TEST(RunResultJson, TheStampNamesBuildMachineAndTime) {
  const RunResult r = example();
  EXPECT_EQ(r.build_commit, build_info().commit);
  EXPECT_EQ(r.optimized, build_info().optimized);
  EXPECT_THAT(r.test_time, ::testing::MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"));
  EXPECT_TRUE(to_json(r)["machine"]["cpus_usable"].is_number());
}

std::string problem_after(const std::function<void(Json&)>& change) {
  Json json = to_json(example());
  change(json);
  try {
    reread(json);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::failed);
    EXPECT_FALSE(e.remedy().empty());
    return e.what();
  }
  return "no error";
}

TEST(RunResultJson, FaultsAreNamedWithTheirPlace) {
  EXPECT_EQ(problem_after([](Json&) {}), "no error");
  EXPECT_EQ(problem_after([](Json& j) { j = 5; }), "result.json: /: expected an object");
  EXPECT_EQ(problem_after([](Json& j) { j["schema_version"] = 99; }),
            "result.json: /schema_version: is 99, and this program reads 1 to 2");
  EXPECT_EQ(problem_after([](Json& j) { j.erase("epochs"); }), "result.json: /epochs: missing");
  EXPECT_EQ(problem_after([](Json& j) { j["epochs"][1]["loss"] = "x"; }), "result.json: /epochs/1/loss: expected a number");
  EXPECT_EQ(problem_after([](Json& j) { j["epochs"][0]["seconds"].erase("wall"); }),
            "result.json: /epochs/0/seconds/wall: missing");
  EXPECT_EQ(problem_after([](Json& j) { j["epochs"][0]["pictures"] = -1; }), "result.json: /epochs/0/pictures: out of range");
  EXPECT_EQ(problem_after([](Json& j) { j["threads"] = 1e300; }), "result.json: /threads: expected a whole number");
  EXPECT_EQ(problem_after([](Json& j) { j["workers"] = 5000000000; }), "result.json: /workers: out of range");
  EXPECT_EQ(problem_after([](Json& j) { j["verdict"]["bound"] = "lazy"; }),
            "result.json: /verdict/bound: 'lazy' is none of its words");
  EXPECT_EQ(problem_after([](Json& j) { j["class_names"][1] = 3; }), "result.json: /class_names/1: expected a text");
  EXPECT_EQ(problem_after([](Json& j) { j["telemetry_series"]["gpu_util_pct"].erase(0); }),
            "result.json: /telemetry_series/gpu_util_pct: expected a list of 2 numbers");
  EXPECT_THAT(problem_after([](Json& j) { j["config"] = Json::array(); }), HasSubstr("result.json: /config: "));
}

// Every value of the document in turn becomes something else: an error or a result, never a crash.
void each_value(Json& at, const std::function<void()>& check) {
  for (const Json& other : {Json(nullptr), Json(-1), Json("x"), Json::array(), Json::object(), Json::array({Json::object()})}) {
    const Json kept = std::exchange(at, other);
    check();
    at = kept;
  }
  if (at.is_structured())
    for (auto& child : at) each_value(child, check);
}

TEST(RunResultJson, NoChangedValueCrashes) {
  Json json = to_json(example());
  for (const char* free_form : {"machine", "software"}) json[free_form] = nullptr;
  int errors = 0, accepted = 0;
  each_value(json, [&] {
    try {
      reread(json);
      ++accepted;
    } catch (const Error&) {
      ++errors;
    }
  });
  EXPECT_GT(errors, 500);
  EXPECT_GT(accepted, 50);
}

}  // namespace
}  // namespace cnnbench
