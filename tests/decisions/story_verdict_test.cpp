// Planted answers: what a story's page says of a figure follows from its interval, and from nothing else, wherever it stands.
#include <gmock/gmock.h>

#include "cnnbench/measure/effect.hpp"
#include "cnnbench/measure/proportion.hpp"
#include "cnnbench/report/story.hpp"

namespace cnnbench::report {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Claim claim(FigureKind kind, std::optional<Interval> figure, const std::string& unit = "times") {
  Claim c;
  c.kind = kind;
  c.figure = figure;
  c.unit = unit;
  return c;
}
Claim ratio(double claimed) { return claim(FigureKind::ratio, Interval{claimed, claimed}); }
Claim claimed_nothing() { return claim(FigureKind::ratio, {}); }
Measured measured(double figure, double low, double high) { return {.figure = figure, .interval = Interval{low, high}}; }

struct Told {
  std::string what;
  Claim claim;
  Measured measured;
  Agreement agreement;
  std::string words;
};

void check(const std::vector<Told>& table) {
  for (const Told& t : table) {
    const Assessment assessment = assess(t.claim, t.measured);
    EXPECT_EQ(assessment.agreement, t.agreement) << t.what << ": " << assessment.words;
    EXPECT_THAT(assessment.words, HasSubstr(t.words)) << t.what;
  }
}

// On the page of 2026-11-25 this figure agreed with 1.36 times and was "no effect" ten lines below, beside 3 times.
TEST(StoryVerdict, OneFigureHasOneWordWhateverWasTold) {
  const Measured cited = measured(1.283, 0.9068, 1.485);
  for (const double claimed : {1.36, 3.0, 0.5, 1.283}) {
    const Assessment assessment = assess(ratio(claimed), cited);
    EXPECT_EQ(assessment.agreement, Agreement::not_shown) << claimed;
    EXPECT_THAT(assessment.words, StartsWith("Not shown: the interval holds 1.")) << claimed;
  }
  EXPECT_EQ(assess(claimed_nothing(), cited).words, "Not shown: the interval holds 1.");
  EXPECT_THAT(assess(ratio(3), cited).words, HasSubstr("The story's 3 times lies outside of it."));
}

TEST(StoryVerdict, AnIntervalThatHoldsNoEffectNeverAgreesWithOne) {
  for (double claimed = 0.25; claimed < 4; claimed *= 1.07)
    for (double figure = 0.5; figure < 2; figure *= 1.05)
      for (const double width : {1.02, 1.1, 1.5, 3.0}) {
        const Measured m = measured(figure, figure / width, figure * width);
        if (!m.interval->contains(1) || claimed == 1) continue;
        const Agreement agreement = assess(ratio(claimed), m).agreement;
        EXPECT_TRUE(agreement == Agreement::not_shown || agreement == Agreement::differs)
            << claimed << " " << figure << " " << width;
        EXPECT_EQ(agreement == Agreement::differs, effect_of(m.interval, 1, 0.01) == Effect::none) << claimed << " " << figure;
      }
}

TEST(StoryVerdict, AnEffectAgreesWhereItIsShownAndOfTheToldSize) {
  check({
      {"near the claimed figure", ratio(2), measured(2.2, 1.9, 2.4), Agreement::agrees, "As in the story (2 times)."},
      {"the interval holds the claimed figure", ratio(3), measured(2.4, 1.2, 3.1), Agreement::agrees, "As in the story"},
      {"smaller", ratio(3), measured(1.7, 1.2, 2.3), Agreement::direction, "a smaller effect"},
      {"larger", ratio(3), measured(8.148, 7.236, 9.068), Agreement::direction, "a larger effect"},
      {"slower, and more so", ratio(0.78), measured(0.2836, 0.2324, 0.3343), Agreement::direction, "a larger effect"},
      {"slower, and less so", ratio(0.15), measured(0.5, 0.4, 0.6), Agreement::direction, "a smaller effect"},
      {"the other way round", ratio(0.5), measured(1.5, 1.3, 1.7), Agreement::differs, "the other way round"},
      {"proven to be none", ratio(1.25), measured(1.001, 0.995, 1.006), Agreement::differs,
       "No effect: the interval lies between 0.99 and 1.01"},
      {"no interval", ratio(2), {.figure = 2.0}, Agreement::not_shown, "Not shown: too few repetitions for an interval."},
  });
}

TEST(StoryVerdict, AboutTheSameIsAClaimThatNeedsANarrowInterval) {
  check({
      {"narrow", ratio(1), measured(1.02, 0.97, 1.08), Agreement::agrees, "about 1 times"},
      {"too wide", ratio(1), measured(1.02, 0.7, 1.5), Agreement::not_shown, "reaches from"},
      {"apart", ratio(1), measured(0.5, 0.4, 0.6), Agreement::differs, "The story's was 1 times."},
      {"no interval", ratio(1), {.figure = 1.0}, Agreement::not_shown, "too few"},
  });
}

TEST(StoryVerdict, DifferencesFollowTheSameRule) {
  const Claim claimed = claim(FigureKind::difference, Interval{4, 4}, "points");
  check({
      {"cited: the seeds' spreads overlap", claimed, {.figure = 2.5}, Agreement::not_shown, "too few"},
      {"holds 0", claimed, measured(3.9, -0.2, 8), Agreement::not_shown, "holds 0"},
      {"shown", claimed, measured(3.9, 1.2, 6.5), Agreement::agrees, "As in the story (+4 points)."},
      {"below", claimed, measured(-3, -5, -1), Agreement::differs, "other way"},
      {"smaller", claimed, measured(0.9, 0.6, 1.4), Agreement::direction, "smaller"},
  });
  Claim direction = claim(FigureKind::difference, {}, "points");
  direction.expected = Expected::less;
  check({
      {"as claimed", direction, measured(-8.8, -13, -4), Agreement::agrees, "As the story told it."},
      {"not shown", direction, measured(-3, -7, 1), Agreement::not_shown, "holds 0"},
      {"no interval", direction, {.figure = -20}, Agreement::not_shown, "too few"},
      {"the other way", direction, measured(20, 15, 25), Agreement::differs, "other way"},
  });
}

TEST(StoryVerdict, AValueIsHigherOrLowerOnlyWhereItsIntervalIs) {
  const Claim claimed = claim(FigureKind::value, Interval{80, 80}, "%");
  check({
      {"inside", claimed, measured(79, 77.5, 80.5), Agreement::agrees, "About the story's 80 %."},
      {"cited: two seeds", claimed, measured(76.31, 62.8, 89.8), Agreement::not_shown, "reaches from"},
      {"below", claimed, measured(72, 70, 74), Agreement::lower, "8.0 points less"},
      {"above", claim(FigureKind::value, Interval{47, 47}, "images/s"), measured(439.4, 404.5, 469.1), Agreement::higher,
       "9.349 times"},
      {"one repetition", claimed, {.figure = 80}, Agreement::not_shown, "One repetition"},
      {"a figure that has none", claimed, {.figure = 80, .interval = {}, .single = true}, Agreement::agrees, "About"},
  });
}

TEST(Effect, IsWhatTheWholeIntervalSays) {
  EXPECT_EQ(effect_of(Interval{0.9068, 1.485}, 1, 0.01), Effect::unsure);
  EXPECT_EQ(effect_of({}, 1, 0.01), Effect::unsure);
  EXPECT_EQ(effect_of(Interval{1, 1.5}, 1, 0.01), Effect::unsure);  // its end is no effect
  EXPECT_EQ(effect_of(Interval{1.005, 1.5}, 1, 0.01), Effect::above);
  EXPECT_EQ(effect_of(Interval{0.5, 0.995}, 1, 0.01), Effect::below);
  EXPECT_EQ(effect_of(Interval{0.995, 1.009}, 1, 0.01), Effect::none);
  EXPECT_EQ(effect_of(Interval{-2, -1}, 0, 0.5), Effect::below);
}

// The examples of Newcombe 1998, table II, method 10.
TEST(Proportion, DifferencesHaveTheIntervalsOfNewcombesTable) {
  const auto interval = [](double a, double m, double b, double n) { return difference_interval({a / m, m}, {b / n, n}); };
  struct Row {
    double a, m, b, n, low, high;
  };
  for (const Row& r : {Row{56, 70, 48, 80, 0.0524, 0.3339}, Row{9, 10, 3, 10, 0.1705, 0.8090}, Row{6, 7, 2, 7, 0.0582, 0.8062},
                       Row{5, 56, 0, 29, -0.0381, 0.1926}}) {
    EXPECT_NEAR(interval(r.a, r.m, r.b, r.n).low, r.low, 6e-5) << r.a;
    EXPECT_NEAR(interval(r.a, r.m, r.b, r.n).high, r.high, 6e-5) << r.a;
  }
}

}  // namespace
}  // namespace cnnbench::report
