#include "cnnbench/report/story.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/data/encode_png.hpp"
#include "cnnbench/report/page.hpp"
#include "report/sample_results.hpp"
#include "support/pictures.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench::report {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

Claim claim(FigureKind kind, std::optional<Interval> figure, const std::string& unit = "times") {
  Claim c;
  c.kind = kind;
  c.figure = figure;
  c.unit = unit;
  return c;
}
Interval one(double x) { return {x, x}; }

TEST(Standing, ARatioAgreesWithinAShareOfTheStorys) {
  const Claim c = claim(FigureKind::ratio, one(2));
  EXPECT_EQ(standing_of(c, {2.25, {}}).agreement, Agreement::agrees);
  EXPECT_EQ(standing_of(c, {1.75, {}}).agreement, Agreement::agrees);
  EXPECT_EQ(standing_of(c, {1.5, {}}).agreement, Agreement::direction);
  EXPECT_EQ(standing_of(c, {4, {}}).agreement, Agreement::direction);
}

TEST(Standing, AnEffectThatTheIntervalDoesNotShowIsNone) {
  const Claim c = claim(FigureKind::ratio, one(2));
  EXPECT_EQ(standing_of(c, {1.2, Interval{0.9, 1.5}}).agreement, Agreement::differs);
  EXPECT_THAT(standing_of(c, {1.2, Interval{0.9, 1.5}}).words, HasSubstr("no effect"));
  EXPECT_EQ(standing_of(c, {1.2, Interval{1.1, 1.3}}).agreement, Agreement::direction);
  EXPECT_EQ(standing_of(c, {1.02, {}}).agreement, Agreement::differs);
}

TEST(Standing, TheOtherWayRoundDiffers) {
  EXPECT_EQ(standing_of(claim(FigureKind::ratio, one(0.5)), {1.5, {}}).agreement, Agreement::differs);
  EXPECT_EQ(standing_of(claim(FigureKind::difference, one(-5), "points"), {2, {}}).agreement, Agreement::differs);
}

TEST(Standing, DifferencesAndPerCentAreComparedInPoints) {
  const Claim c = claim(FigureKind::difference, one(4), "points");
  EXPECT_EQ(standing_of(c, {6.9, {}}).agreement, Agreement::agrees);
  EXPECT_EQ(standing_of(c, {0.9, {}}).agreement, Agreement::direction);
  EXPECT_EQ(standing_of(claim(FigureKind::value, one(94), "%"), {81, {}}).agreement, Agreement::lower);
  EXPECT_THAT(standing_of(claim(FigureKind::value, one(94), "%"), {81, {}}).words, HasSubstr("13.0 points less"));
  EXPECT_EQ(standing_of(claim(FigureKind::value, Interval{0, 10}, "%"), {12, {}}).agreement, Agreement::agrees);
}

TEST(Standing, ASpeedByItselfIsHigherOrLower) {
  EXPECT_EQ(standing_of(claim(FigureKind::value, one(50), "images/s"), {100, {}}).words, "2.000 times the story's 50 images/s.");
  EXPECT_EQ(standing_of(claim(FigureKind::value, Interval{15000, 17000}, "images/s"), {1500, {}}).agreement, Agreement::lower);
}

TEST(Standing, WithoutAFigureTheDirectionCounts) {
  Claim c = claim(FigureKind::difference, {}, "points");
  EXPECT_EQ(standing_of(c, {-20, {}}).agreement, Agreement::measured);
  c.expected = Expected::less;
  EXPECT_EQ(standing_of(c, {-20, {}}).agreement, Agreement::agrees);
  EXPECT_EQ(standing_of(c, {20, {}}).agreement, Agreement::differs);
}

// A folder with rows of two workers, two runs and a document, and the story about them.
class StoryFile : public testing::Test {
 protected:
  void SetUp() override {
    fs::current_path(folder_.path());
    std::string rows;
    for (Row row :
         {sample_row("original", "cpu", 1, 32, {100, 101, 102, 103}), sample_row("original", "cpu", 4, 64, {150, 151, 152, 153})}) {
      row.config["loader"]["workers"] = row.workers;
      row.cpu_util_pct = 98;
      rows += row_line(row) + "\n";
    }
    write("rows.jsonl", rows);
    write("machine.json", R"({"torch": {"cuda_devices": []}, "machine": {"cpu_info": "Example CPU", "cpus_usable": 8}})");
    write("predictions.json", R"({"confusion": {"accuracy": 0.75}, "tutorial_bug": {"accuracy": 0.5}})");
    write_png("sheet.png", {std::vector<std::uint8_t>(ImageSize{30, 40}.bytes(), 200).data(), {30, 40}});
  }
  void TearDown() override { fs::current_path(before_); }

  static void write(const std::string& name, const std::string& text) { std::ofstream(name) << text; }
  static StoryReport told(const std::string& claims, const std::string& more = "") {
    write("story.json",
          R"({"title": "A story", "introduction": "Once.", "machine": "machine.json", "claims": [)" + claims + "]" + more + "}");
    return tell(read_story("story.json"));
  }
  static ToldClaim told_one(const std::string& rest) {
    return told(R"({"experiment": "e", "told": "t", )" + rest + "}").claims.at(0);
  }

 private:
  fs::path before_ = fs::current_path();
  test::TemporaryFolder folder_;
};

constexpr const char* four = R"({"in": "rows.jsonl", "where": {"loader.workers": 4}})";
constexpr const char* first = R"({"in": "rows.jsonl", "where": {"loader.workers": 1, "device": "cpu"}})";

std::string speed_up(const std::string& figure, const std::string& then = "") {
  return fmt::format(R"("kind": "ratio", "unit": "times", "field": "median_ips", "of": {}, "to": {}, "figure": {}{})", four, first,
                     figure, then);
}

TEST_F(StoryFile, SetsAMeasuredRatioBesideTheStorys) {
  const ToldClaim c = told_one(speed_up("1.5"));
  EXPECT_EQ(c.agreement, Agreement::agrees);
  EXPECT_DOUBLE_EQ(c.figure.value(), 151.5 / 101.5);
  EXPECT_THAT(c.here, HasSubstr("1.493 times (95 % interval 1.456 to 1.530): 151.5 against 101.5 images/s"));
  EXPECT_THAT(c.details, HasSubstr("4 workers, batch 64, cache decoded against 1 worker, batch 32, cache decoded"));
}

TEST_F(StoryFile, ReasonsAreTheCircumstancesThatDiffer) {
  const ToldClaim c = told_one(speed_up("3", R"(, "then": {"device": "cuda", "limit": "input-bound", "cores": 16})"));
  EXPECT_EQ(c.agreement, Agreement::direction);
  EXPECT_THAT(c.sentence, HasSubstr("the story's ran on a GPU, this on a processor (Example CPU)"));
  EXPECT_THAT(c.sentence, HasSubstr("the story's run was input-bound, this one is compute-bound on cpu: so it is"));
  EXPECT_THAT(c.sentence, HasSubstr("8 cores here, 16 in the story"));
  EXPECT_THAT(told_one(speed_up("3")).sentence, HasSubstr("No circumstance that is on record explains it."));
}

TEST_F(StoryFile, OfSeveralRowsTheFastestCounts) {
  EXPECT_DOUBLE_EQ(told_one(R"("unit": "images/s", "field": "median_ips", "of": {"in": "rows.jsonl"})").figure.value(), 151.5);
}

TEST_F(StoryFile, WhatWasNotMeasuredSaysWhy) {
  const auto why = [](const std::string& of, const std::string& field = "median_ips") {
    const ToldClaim c = told_one(fmt::format(R"("unit": "images/s", "field": "{}", "of": {})", field, of));
    EXPECT_EQ(c.agreement, Agreement::not_measured);
    EXPECT_EQ(c.here, "–");
    return c.sentence;
  };
  EXPECT_EQ(why(R"({"in": "rows.jsonl", "where": {"device": "cuda"}})"), "Not measured: no GPU on this machine.");
  EXPECT_EQ(why(R"({"in": "gone.jsonl"})"), "Not measured: gone.jsonl is not there.");
  EXPECT_EQ(why(R"({"in": "rows.jsonl", "where": {"loader.workers": 9}})"),
            "Not measured: nothing in rows.jsonl is loader.workers=9.");
  EXPECT_EQ(why(four, "gpu_util_pct"), "Not measured: gpu_util_pct is unknown here.");
  EXPECT_EQ(why(R"({"in": "predictions.json", "pointer": "/confusion/matrix"})"),
            "Not measured: predictions.json has no number at /confusion/matrix.");
}

TEST_F(StoryFile, ADocumentsNumbersCountToo) {
  const ToldClaim c = told_one(R"("expected": "less", "kind": "difference", "unit": "points", "factor": 100,
      "of": {"in": "predictions.json", "pointer": "/tutorial_bug/accuracy"}, "to": {"in": "predictions.json", "pointer": "/confusion/accuracy"})");
  EXPECT_EQ(c.agreement, Agreement::agrees);
  EXPECT_EQ(c.here, "-25.0 points: 50.00 against 75.00 %");
}

TEST_F(StoryFile, RunsOfOneNetworkAreRepetitions) {
  for (int seed = 1; seed <= 2; ++seed) {
    RunResult r = sample_trained("original", static_cast<std::uint64_t>(seed), 0.7 + 0.02 * seed, 0.8).result;
    fs::create_directories(fmt::format("runs/{}", seed));
    write_atomic(fmt::format("runs/{}/result.json", seed), result_text(r));
  }
  const ToldClaim c =
      told_one(R"("figure": 80, "then": {"pictures": 8000}, "unit": "%", "factor": 100, "field": "final_val_accuracy",
      "of": {"in": "runs", "where": {"name": "original"}})");
  EXPECT_NEAR(c.figure.value(), 73, 1e-9);
  EXPECT_EQ(c.here, "73.00 % (seeds from 72.00 to 74.00)");
  EXPECT_EQ(c.agreement, Agreement::lower);
  EXPECT_THAT(c.sentence, HasSubstr("trained on 2,500 pictures, the story's on 8,000"));
}

TEST_F(StoryFile, TheSummaryCountsVerdicts) {
  const StoryReport story = told(fmt::format(R"({{"experiment": "a", "told": "t", {}}}, {{"experiment": "b", "told": "t", {}}})",
                                             speed_up("1.5"), speed_up("0.5")));
  EXPECT_EQ(story.summary, "2 claims, by verdict: agrees 1, differs 1.");
  EXPECT_EQ(story.machine, "Example CPU, 8 cores, no GPU");
}

TEST_F(StoryFile, FaultsAreNamedWithTheirPlace) {
  const auto problem = [](const std::string& rest) -> std::string {
    try {
      told_one(rest);
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), ExitCode::usage);
      return e.what();
    }
    return "none";
  };
  EXPECT_EQ(problem(R"("unit": "x", "field": "f", "of": {"in": "a"}, "colour": 1)"), "story.json/claims/0: unknown key 'colour'");
  EXPECT_EQ(problem(R"("unit": "x", "field": "f")"), "story.json/claims/0: has no of");
  EXPECT_EQ(problem(R"("unit": "x", "of": {"in": "a"})"), "story.json/claims/0: names no field, and no pointer into a document");
  EXPECT_EQ(problem(R"("unit": "x", "field": "f", "of": {"in": "a"}, "figure": [2, 1])"),
            "story.json/claims/0/figure: must be a number, or two in order: [from, to]");
  EXPECT_EQ(problem(R"("unit": "x", "of": {"in": "a", "pointer": "b"})"), "story.json/claims/0/of/pointer: 'b' is no JSON pointer");
  EXPECT_EQ(problem(R"("kind": "sum", "unit": "x", "field": "f", "of": {"in": "a"})"),
            "story.json/claims/0/kind: there is no 'sum'");
}

TEST_F(StoryFile, ThePageHasTheStoryFirstAndItsPicturesInside) {
  const std::string hostile = R"(<script>alert(1)</script>\" onload=x)";
  const StoryReport story =
      told(R"({"experiment": ")" + hostile + R"(", "told": ")" + hostile + R"(", )" + speed_up("1.5") + "}",
           R"(, "pictures": [{"file": "sheet.png", "caption": ")" + hostile + R"("}, {"file": "gone.png", "caption": "lost"}])");
  Report report = make_report(sample_results());
  report.story = story;
  const std::string page = page_of(report, {});
  EXPECT_LT(page.find("The story and this machine"), page.find("Training speed by network"));
  EXPECT_THAT(page, HasSubstr("src=\"data:image/jpeg;base64,/9j/"));
  EXPECT_THAT(page, HasSubstr("Not made."));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(text_of(report), HasSubstr("As in the story"));
}

TEST_F(StoryFile, TheShippedStoryIsWellFormed) {
  const Story story = read_story(CNNBENCH_SOURCE_DIR "/scripts/story.json");
  for (const Claim& c : story.claims) EXPECT_FALSE(c.kind != FigureKind::files && c.of.file.empty()) << c.experiment;
  EXPECT_GE(story.claims.size(), 30u);
}

}  // namespace
}  // namespace cnnbench::report
