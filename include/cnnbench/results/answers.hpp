// What a network says about pictures, and where the truth is known how right it is: confusion matrix, precision, recall, F1.
// Pure. Not here: predicting (train/api.hpp), showing (draw/prediction_sheet.hpp, cli/predict_view.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cnnbench {

struct Guess {
  std::size_t label = 0;                // index into the class names
  double probability = 0;               // 0 to 1
  std::vector<double> probabilities{};  // per class
};

struct Answer {
  std::string file{};
  std::optional<std::size_t> truth{};
  Guess guess{};
  std::optional<Guess> unscaled{};  // what it would say of the 0..255 pixels: the original tutorial's mistake
  bool right() const { return truth && guess.label == *truth; }
  bool wrong() const { return truth && guess.label != *truth; }
};

struct Confusion {
  std::vector<std::vector<std::uint64_t>> counts{};  // [truth][guess]
  std::uint64_t pictures() const;
  std::uint64_t right() const;
  double accuracy() const;  // 0 where there are no pictures
};

enum class Which { as_trained, unscaled };
// Of the answers whose truth is known; answers without what is asked for are left out.
Confusion confusion_of(std::span<const Answer>, std::size_t classes, Which = Which::as_trained);

// Scores are 0 to 1; nullopt where they would divide by zero (a class without pictures, or that was never guessed).
struct ClassScores {
  std::uint64_t pictures = 0;  // whose truth it is
  std::optional<double> precision{}, recall{}, f1{};
};
ClassScores scores_of(const Confusion&, std::size_t label);

// Indices of the wrong ones, the most confident first; equally confident ones as they came.
std::vector<std::size_t> mistakes(std::span<const Answer>);

// Which of many to show, at most `count`: the worst mistakes first, at most half of them where there are others, then those
// others evenly spread, in their order.
struct Selection {
  std::vector<std::size_t> shown{};  // indices
  std::size_t shown_mistakes = 0, mistakes = 0, shown_others = 0, others = 0;
};
Selection select_answers(std::span<const Answer>, std::size_t count, bool wrong_only);

}  // namespace cnnbench
