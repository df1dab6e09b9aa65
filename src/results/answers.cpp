#include "cnnbench/results/answers.hpp"

#include <algorithm>

namespace cnnbench {

std::uint64_t Confusion::pictures() const {
  std::uint64_t sum = 0;
  for (const auto& row : counts)
    for (const std::uint64_t n : row) sum += n;
  return sum;
}

std::uint64_t Confusion::right() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) sum += counts[i][i];
  return sum;
}

double Confusion::accuracy() const {
  const std::uint64_t all = pictures();
  return all == 0 ? 0 : static_cast<double>(right()) / static_cast<double>(all);
}

Confusion confusion_of(std::span<const Answer> answers, std::size_t classes, Which which) {
  Confusion confusion{.counts = std::vector(classes, std::vector<std::uint64_t>(classes))};
  for (const Answer& answer : answers) {
    if (!answer.truth || (which == Which::unscaled && !answer.unscaled)) continue;
    const Guess& guess = which == Which::unscaled ? *answer.unscaled : answer.guess;
    ++confusion.counts[*answer.truth][guess.label];
  }
  return confusion;
}

ClassScores scores_of(const Confusion& confusion, std::size_t label) {
  std::uint64_t truly = 0, guessed = 0;
  for (std::size_t i = 0; i < confusion.counts.size(); ++i) {
    truly += confusion.counts[label][i];
    guessed += confusion.counts[i][label];
  }
  const auto hits = static_cast<double>(confusion.counts[label][label]);
  ClassScores scores{.pictures = truly};
  if (guessed > 0) scores.precision = hits / static_cast<double>(guessed);
  if (truly > 0) scores.recall = hits / static_cast<double>(truly);
  if (guessed + truly > 0) scores.f1 = 2 * hits / static_cast<double>(guessed + truly);
  return scores;
}

std::vector<std::size_t> mistakes(std::span<const Answer> answers) {
  std::vector<std::size_t> wrong;
  for (std::size_t i = 0; i < answers.size(); ++i)
    if (answers[i].wrong()) wrong.push_back(i);
  std::stable_sort(wrong.begin(), wrong.end(), [&answers](std::size_t a, std::size_t b) {
    return answers[a].guess.probability > answers[b].guess.probability;
  });
  return wrong;
}

Selection select_answers(std::span<const Answer> answers, std::size_t count, bool wrong_only) {
  Selection s{.shown = mistakes(answers)};
  s.mistakes = s.shown.size();
  s.others = answers.size() - s.mistakes;
  s.shown_others = wrong_only ? 0 : std::min(s.others, std::max(count / 2, count - std::min(count, s.mistakes)));
  s.shown_mistakes = std::min(s.mistakes, count - s.shown_others);
  s.shown.resize(s.shown_mistakes);
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < answers.size(); ++i)
    if (!answers[i].wrong()) others.push_back(i);
  for (std::size_t i = 0; i < s.shown_others; ++i) s.shown.push_back(others[i * s.others / s.shown_others]);
  return s;
}

}  // namespace cnnbench
