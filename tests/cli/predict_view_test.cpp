#include "cnnbench/cli/predict_view.hpp"

#include <gtest/gtest.h>

namespace cnnbench {
namespace {

const std::vector<std::string> names{"cat", "dog"};

Answer answer(const std::string& file, std::optional<std::size_t> truth, double dog) {
  const std::size_t label = dog > 0.5 ? 1 : 0;
  return {.file = file,
          .truth = truth,
          .guess = {.label = label, .probability = std::max(dog, 1 - dog), .probabilities = {1 - dog, dog}}};
}

TEST(PredictView, ALineSaysWhatItIsAndWhatItShouldBe) {
  EXPECT_EQ(answer_line(answer("a/1.jpg", std::nullopt, 0.25), names), "a/1.jpg: cat 75.0 %");
  EXPECT_EQ(answer_line(answer("cat/1.jpg", 0, 0.25), names), "cat/1.jpg: cat 75.0 %");
  Answer mistaken = answer("cat/1.jpg", 0, 0.625);
  EXPECT_EQ(answer_line(mistaken, names), "cat/1.jpg: dog 62.5 %, wrong: it is cat");
  mistaken.unscaled = Guess{.label = 0, .probability = 1};
  EXPECT_EQ(answer_line(mistaken, names), "cat/1.jpg: dog 62.5 %, wrong: it is cat; without 1/255: cat 100.0 %");
  EXPECT_EQ(answer_line(answer("two\nlines.jpg", std::nullopt, 0), names), "two?lines.jpg: cat 100.0 %");
}

TEST(PredictView, TheReportHasMatrixScoresAndTheWorstMistakes) {
  std::vector<Answer> answers{answer("cat/1.jpg", 0, 0.25), answer("cat/2.jpg", 0, 0.75), answer("dog/1.jpg", 1, 0.875),
                              answer("dog/2.jpg", 1, 0.125), answer("other.jpg", std::nullopt, 1)};
  EXPECT_EQ(answers_report(answers, names),
            "2 of 4 right: 50.0 %\n"
            "\n"
            "is \\ predicted  cat  dog\n"
            "cat               1    1\n"
            "dog               1    1\n"
            "\n"
            "class  pictures  precision  recall      F1\n"
            "cat           2     50.0 %  50.0 %  50.0 %\n"
            "dog           2     50.0 %  50.0 %  50.0 %\n"
            "\n"
            "worst mistakes:\n"
            "  cat 87.5 %, is dog: dog/2.jpg\n"
            "  dog 75.0 %, is cat: cat/2.jpg");
  for (Answer& a : answers) a.unscaled = Guess{.label = 1, .probability = 1, .probabilities = {0, 1}};
  EXPECT_TRUE(answers_report(answers, names)
                  .ends_with("without the 1/255 of training (the tutorial's mistake): 2 of 4 right: 50.0 %\n"
                             "\n"
                             "is \\ predicted  cat  dog\n"
                             "cat               0    2\n"
                             "dog               0    2"));
  EXPECT_EQ(answers_report({answers.data() + 4, 1}, names), "");
}

TEST(PredictView, LongAndHostileClassNamesBreakNoTable) {
  const std::vector<std::string> hostile{"two\nlines", std::string(500, 'w'), "K\xc3\xa4tzchen"};
  const std::string report = answers_report(std::vector{answer("1.jpg", 0, 0), answer("2.jpg", 1, 1)}, hostile);
  EXPECT_TRUE(
      report.starts_with("2 of 2 right: 100.0 %\n\n"
                         "is \\ predicted            two?lines  wwwwwwwwwwwwwwwwwwwww...  K\xc3\xa4tzchen\n"
                         "two?lines                         1                         0         0\n"
                         "wwwwwwwwwwwwwwwwwwwww...          0                         1         0\n"
                         "K\xc3\xa4tzchen                          0                         0         0\n"))
      << report;
}

TEST(PredictView, JsonKeepsTheOrderAsked) {
  const std::vector<Answer> answers{answer("cat/1.jpg", 0, 0.25), answer("cat/2.jpg", 0, 0.75), answer("x.jpg", std::nullopt, 1)};
  const std::vector<std::size_t> listed{1, 2};
  const auto json = answers_json(answers, listed, names);
  ASSERT_EQ(json["predictions"].size(), 2U);
  EXPECT_EQ(json["predictions"][0]["file"], "cat/2.jpg");
  EXPECT_EQ(json["predictions"][0]["truth"], "cat");
  EXPECT_EQ(json["predictions"][0]["right"], false);
  EXPECT_TRUE(json["predictions"][1]["truth"].is_null());
  EXPECT_FALSE(json["predictions"][0].contains("tutorial_bug"));
  EXPECT_EQ(json["confusion"]["matrix"], (nlohmann::ordered_json{{1, 1}, {0, 0}}));
  EXPECT_TRUE(json["confusion"]["per_class"][1]["recall"].is_null());
  EXPECT_EQ(json["mistakes"].size(), 1U);
  const std::vector<Answer> unknown{answers[2]};
  EXPECT_FALSE(answers_json(unknown, std::vector<std::size_t>{0}, names).contains("confusion"));
}

}  // namespace
}  // namespace cnnbench
