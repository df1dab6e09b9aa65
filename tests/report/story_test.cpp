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
    write("predictions.json",
          R"({"confusion": {"accuracy": 0.75, "pictures": 800}, "tutorial_bug": {"accuracy": 0.5, "pictures": 800}})");
    write_png("sheet.png", {std::vector<std::uint8_t>(ImageSize{30, 40}.bytes(), 200).data(), {30, 40}});
  }
  void TearDown() override { fs::current_path(before_); }

  static void write(const std::string& name, const std::string& text) { std::ofstream(name) << text; }
  static StoryReport claimed(const std::string& claims, const std::string& more = "") {
    write("story.json",
          R"({"title": "A story", "introduction": "Once.", "machine": "machine.json", "claims": [)" + claims + "]" + more + "}");
    return tell(read_story("story.json"));
  }
  static CheckedClaim checked_one(const std::string& rest) {
    return claimed(R"({"experiment": "e", "claimed": "t", )" + rest + "}").claims.at(0);
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
  const CheckedClaim c = checked_one(speed_up("1.5"));
  EXPECT_EQ(c.agreement, Agreement::agrees);
  EXPECT_DOUBLE_EQ(c.figure.value(), 151.5 / 101.5);
  EXPECT_THAT(c.here, HasSubstr("1.493 times (95 % interval 1.456 to 1.530, n = 4 and 4): 151.5 against 101.5 images/s"));
  EXPECT_THAT(c.details, HasSubstr("4 workers, batch 64, cache decoded against 1 worker, batch 32, cache decoded"));
}

TEST_F(StoryFile, ReasonsAreTheCircumstancesThatDiffer) {
  const CheckedClaim c = checked_one(speed_up("3", R"(, "then": {"device": "cuda", "limit": "input-bound", "cores": 16})"));
  EXPECT_EQ(c.agreement, Agreement::direction);
  EXPECT_THAT(c.sentence, HasSubstr("the story's ran on a GPU, this on a processor (Example CPU)"));
  EXPECT_THAT(c.sentence, HasSubstr("the story's run was input-bound, this one is compute-bound on cpu: so it is"));
  EXPECT_THAT(c.sentence, HasSubstr("8 cores here, 16 in the story"));
  EXPECT_THAT(checked_one(speed_up("3")).sentence, HasSubstr("No circumstance that is on record explains it."));
}

TEST_F(StoryFile, OfSeveralRowsTheFastestCounts) {
  EXPECT_DOUBLE_EQ(checked_one(R"("unit": "images/s", "field": "median_ips", "of": {"in": "rows.jsonl"})").figure.value(), 151.5);
}

TEST_F(StoryFile, WhatWasNotMeasuredSaysWhy) {
  const auto why = [](const std::string& of, const std::string& field = "median_ips") {
    const CheckedClaim c = checked_one(fmt::format(R"("unit": "images/s", "field": "{}", "of": {})", field, of));
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

TEST_F(StoryFile, ADocumentsSharesOfSoManyPicturesHaveAnInterval) {
  const std::string shares = R"("expected": "less", "kind": "difference", "unit": "points", "factor": 100,
      "of": {"in": "predictions.json", "pointer": "/tutorial_bug/accuracy"COUNT}, "to": {"in": "predictions.json", "pointer": "/confusion/accuracy"TO})";
  const auto with = [&](std::string of, std::string to) {
    std::string text = shares;
    text.replace(text.find("COUNT"), 5, of);
    return checked_one(text.replace(text.find("TO}"), 2, to));
  };
  const CheckedClaim counted = with(R"(, "count": "/tutorial_bug/pictures")", R"(, "count": "/confusion/pictures")");
  EXPECT_EQ(counted.agreement, Agreement::agrees);
  EXPECT_EQ(counted.here, "-25.0 points (95 % interval -29.50 to -20.35, 800 and 800 pictures): 50.00 against 75.00 %");
  EXPECT_EQ(with("", "").agreement, Agreement::not_shown);
}

TEST_F(StoryFile, RunsOfOneNetworkAreRepetitions) {
  for (int seed = 1; seed <= 2; ++seed) {
    RunResult r = sample_trained("original", static_cast<std::uint64_t>(seed), 0.7 + 0.02 * seed, 0.8).result;
    fs::create_directories(fmt::format("runs/{}", seed));
    write_atomic(fmt::format("runs/{}/result.json", seed), result_text(r));
  }
  const CheckedClaim c =
      checked_one(R"("figure": 80, "then": {"pictures": 8000}, "unit": "%", "factor": 100, "field": "final_val_accuracy",
      "of": {"in": "runs", "where": {"name": "original"}})");
  EXPECT_NEAR(c.figure.value(), 73, 1e-9);
  EXPECT_EQ(c.here, "73.00 % (95 % interval 60.29 to 85.71, 2 seeds from 72.00 to 74.00)");
  EXPECT_EQ(c.agreement, Agreement::not_shown);
  EXPECT_THAT(c.sentence, HasSubstr("trained on 2,500 pictures, the story's on 8,000"));
}

// Two networks, four seeds each: their difference is shown where all seeds are apart, and not by two seeds each.
TEST_F(StoryFile, SeedsDecideADifferenceLikeAnyRepetitions) {
  const auto train = [](const std::string& folder, int seeds) {
    for (int seed = 1; seed <= seeds; ++seed)
      for (const auto& [name, accuracy] : {std::pair{"a", 0.70}, std::pair{"b", 0.75}}) {
        RunResult r = sample_trained(name, static_cast<std::uint64_t>(seed), accuracy + 0.005 * seed, 0.9).result;
        const std::string run = fmt::format("{}/{}{}", folder, name, seed);
        fs::create_directories(run);
        write_atomic(run + "/result.json", result_text(r));
      }
    return checked_one(
        fmt::format(R"("figure": 5, "kind": "difference", "unit": "points", "factor": 100, "field": "final_val_accuracy",
        "of": {{"in": "{0}", "where": {{"name": "b"}}}}, "to": {{"in": "{0}", "where": {{"name": "a"}}}})",
                    folder));
  };
  const CheckedClaim four = train("four", 4), two = train("two", 2);
  EXPECT_EQ(four.agreement, Agreement::agrees);
  EXPECT_EQ(four.here, "+5.0 points (95 % interval 3.500 to 6.500, n = 4 and 4): 76.25 against 71.25 %");
  EXPECT_EQ(two.agreement, Agreement::not_shown);
  EXPECT_THAT(two.sentence, HasSubstr("too few repetitions for an interval"));
}

// The same two rows as a claim and as the page's own headline.
TEST_F(StoryFile, AHeadlineSaysOfARatioWhatTheClaimSays) {
  Results results = sample_results();
  Row slow = sample_row("original", "cpu", 1, 32, {440, 455, 500, 380}),
      quick = sample_row("original", "cpu", 1, 32, {564, 396, 681, 540});
  slow.cpu_info = "Slow CPU";
  slow.config["name"] = "slow";
  quick.config["name"] = "quick";
  write("two.jsonl", row_line(slow) + "\n" + row_line(quick) + "\n");
  const CheckedClaim c = checked_one(R"("figure": 1.36, "kind": "ratio", "unit": "times", "field": "median_ips",
      "of": {"in": "two.jsonl", "where": {"name": "quick"}}, "to": {"in": "two.jsonl", "where": {"name": "slow"}})");
  EXPECT_EQ(c.agreement, Agreement::not_shown);
  EXPECT_THAT(c.sentence, HasSubstr("Not shown: the interval holds 1."));
  results.runs.clear();
  results.rows = {slow, quick};
  for (Row& row : results.rows) row.config["name"] = "original";
  const std::string page = text_of(make_report(results));
  EXPECT_THAT(page, HasSubstr("); not shown: the interval holds 1."));
}

TEST_F(StoryFile, TheSummaryCountsVerdicts) {
  const StoryReport story = claimed(fmt::format(
      R"({{"experiment": "a", "claimed": "t", {}}}, {{"experiment": "b", "claimed": "t", {}}})", speed_up("1.5"), speed_up("0.5")));
  EXPECT_EQ(story.summary, "2 claims, by verdict: agrees 1, differs 1.");
  EXPECT_EQ(story.machine, "Example CPU, 8 cores, no GPU");
}

TEST_F(StoryFile, FaultsAreNamedWithTheirPlace) {
  const auto problem = [](const std::string& rest) -> std::string {
    try {
      checked_one(rest);
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
      claimed(R"({"experiment": ")" + hostile + R"(", "claimed": ")" + hostile + R"(", )" + speed_up("1.5") + "}",
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

TEST_F(StoryFile, ADamagedFileIsNamedAndItsClaimsAreNotMeasured) {
  write("broken.json", "{\"a");
  write("machine.json", "{");
  const std::string of = R"({"experiment": "e", "claimed": "t", "field": "median_ips", "unit": "images/s", "of": )";
  const StoryReport story = claimed(of + R"({"in": "broken.json", "pointer": "/a"}}, )" + of + four + "}");
  EXPECT_THAT(story.claims.at(0).sentence, HasSubstr("Not measured: broken.json: this is no JSON"));
  EXPECT_EQ(story.claims.at(1).figure, 151.5);
  ASSERT_EQ(story.damaged.size(), 2u);
  EXPECT_THAT(story.damaged[0].what(), HasSubstr("machine.json: this is no JSON"));
  EXPECT_THAT(story.damaged[1].what(), HasSubstr("broken.json: this is no JSON"));
}

}  // namespace
}  // namespace cnnbench::report
