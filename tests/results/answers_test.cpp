#include "cnnbench/results/answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cnnbench {
namespace {

using testing::ElementsAre;

Answer answer(std::optional<std::size_t> truth, std::size_t label, double probability) {
  return {.truth = truth, .guess = {.label = label, .probability = probability}};
}

// Three cats, two of them taken for one; two dogs, one of them; a picture that nobody knows.
const std::vector<Answer> some{answer(0, 0, 0.9), answer(0, 1, 0.6),  answer(0, 0, 0.7),
                               answer(1, 1, 0.8), answer(1, 0, 0.95), answer(std::nullopt, 1, 0.99)};

TEST(Answers, AreCountedByTruthAndGuess) {
  const Confusion c = confusion_of(some, 2);
  EXPECT_THAT(c.counts, ElementsAre(ElementsAre(2, 1), ElementsAre(1, 1)));
  EXPECT_EQ(c.pictures(), 5U);
  EXPECT_EQ(c.right(), 3U);
  EXPECT_DOUBLE_EQ(c.accuracy(), 0.6);
}

TEST(Answers, ScoresAreThoseOfTheTextbook) {
  const ClassScores cat = scores_of(confusion_of(some, 2), 0), dog = scores_of(confusion_of(some, 2), 1);
  EXPECT_EQ(cat.pictures, 3U);
  EXPECT_DOUBLE_EQ(*cat.precision, 2.0 / 3);
  EXPECT_DOUBLE_EQ(*cat.recall, 2.0 / 3);
  EXPECT_DOUBLE_EQ(*cat.f1, 2.0 / 3);
  EXPECT_DOUBLE_EQ(*dog.precision, 0.5);
  EXPECT_DOUBLE_EQ(*dog.recall, 0.5);
}

TEST(Answers, WhatWouldDivideByZeroIsNoScore) {
  const std::vector<Answer> only_cats{answer(0, 0, 1)};
  const ClassScores dog = scores_of(confusion_of(only_cats, 2), 1);
  EXPECT_FALSE(dog.precision || dog.recall || dog.f1);
  EXPECT_EQ(confusion_of({}, 2).accuracy(), 0);
}

TEST(Answers, TheTutorialsMistakeIsCountedApart) {
  std::vector<Answer> answers = some;
  answers[0].unscaled = Guess{.label = 1, .probability = 1};
  answers[3].unscaled = Guess{.label = 1, .probability = 1};
  EXPECT_THAT(confusion_of(answers, 2, Which::unscaled).counts, ElementsAre(ElementsAre(0, 1), ElementsAre(0, 1)));
  EXPECT_EQ(confusion_of(answers, 2).counts, confusion_of(some, 2).counts);
}

TEST(Answers, TheMostConfidentMistakeIsTheWorst) { EXPECT_THAT(mistakes(some), ElementsAre(4, 1)); }

TEST(Answers, ASelectionShowsMistakesFirstAndLeavesRoomForOthers) {
  std::vector<Answer> many;
  for (int i = 0; i < 100; ++i) many.push_back(answer(0, i % 2 == 0 ? 0 : 1, i / 100.0));
  Selection s = select_answers(many, 10, false);
  EXPECT_THAT(s.shown, ElementsAre(99, 97, 95, 93, 91, 0, 20, 40, 60, 80));
  EXPECT_EQ(s.shown_mistakes, 5U);
  EXPECT_EQ(s.mistakes, 50U);
  EXPECT_EQ(s.shown_others, 5U);
  EXPECT_EQ(s.others, 50U);
  s = select_answers(many, 4, true);
  EXPECT_THAT(s.shown, ElementsAre(99, 97, 95, 93));
  EXPECT_EQ(select_answers(many, 1000, false).shown.size(), 100U);
  EXPECT_EQ(select_answers(many, 70, false).shown.size(), 70U);
  EXPECT_EQ(select_answers(many, 1, false).shown.size(), 1U);
}

TEST(Answers, ASelectionOfFewMistakesFillsUpWithOthers) {
  EXPECT_THAT(select_answers(some, 4, false).shown, ElementsAre(4, 1, 0, 3));
  EXPECT_THAT(select_answers(some, 100, false).shown, ElementsAre(4, 1, 0, 2, 3, 5));
  EXPECT_THAT(select_answers(some, 100, true).shown, ElementsAre(4, 1));
  EXPECT_TRUE(select_answers({}, 5, false).shown.empty());
}

}  // namespace
}  // namespace cnnbench
