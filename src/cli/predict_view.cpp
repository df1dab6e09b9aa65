#include "cnnbench/cli/predict_view.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/core/document.hpp"
#include "cnnbench/core/safe_text.hpp"
#include "cnnbench/draw/confusion_table.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;
using Table = std::vector<std::vector<std::string>>;

constexpr std::size_t most_mistakes = 10;  // in the terminal's report
constexpr std::size_t widest_name = 24;    // of a class in its tables

bool any_truth(std::span<const Answer> answers) {
  return std::any_of(answers.begin(), answers.end(), [](const Answer& a) { return a.truth.has_value(); });
}

bool any_unscaled(std::span<const Answer> answers) {
  return std::any_of(answers.begin(), answers.end(), [](const Answer& a) { return a.unscaled.has_value(); });
}

// A name may hold a line's end; a line of output may not.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', '?');
  return text;
}

std::string in_words(const Guess& g, const std::vector<std::string>& names) {
  return fmt::format("{} {:.1f} %", names[g.label], 100 * g.probability);
}

// A class's name in a table, which it must not break.
std::string short_name(std::string name) {
  name = one_line(std::move(name));
  if (length_of(name) <= widest_name) return name;
  while (length_of(name) > widest_name - 3) name.pop_back();
  return name + "...";
}

// The first column to the left, the others to the right. By code points: right for every script whose letters take one cell.
std::string aligned(const Table& table) {
  std::vector<std::size_t> widths;
  for (const auto& row : table) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], length_of(row[i]));
  }
  std::string out;
  for (const auto& row : table) {
    std::string line = row[0] + std::string(widths[0] - length_of(row[0]), ' ');
    for (std::size_t i = 1; i < row.size(); ++i) line += std::string(2 + widths[i] - length_of(row[i]), ' ') + row[i];
    out += line.erase(line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

std::string matrix_text(const Confusion& c, const std::vector<std::string>& names) {
  if (names.size() > most_matrix_classes) return fmt::format("the matrix of {} classes is in --json\n", names.size());
  Table table{{"is \\ predicted"}};
  for (std::size_t i = 0; i < names.size(); ++i) {
    table[0].push_back(short_name(names[i]));
    std::vector<std::string> row{short_name(names[i])};
    for (const std::uint64_t n : c.counts[i]) row.push_back(fmt::format("{}", n));
    table.push_back(std::move(row));
  }
  return aligned(table);
}

std::string scores_text(const Confusion& c, const std::vector<std::string>& names) {
  const auto percent = [](const std::optional<double>& v) { return v ? fmt::format("{:.1f} %", 100 * *v) : std::string("-"); };
  Table table{{"class", "pictures", "precision", "recall", "F1"}};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const ClassScores s = scores_of(c, i);
    table.push_back({short_name(names[i]), fmt::format("{}", s.pictures), percent(s.precision), percent(s.recall), percent(s.f1)});
  }
  return aligned(table);
}

std::string right_text(const Confusion& c) {
  return fmt::format("{} of {} right: {:.1f} %\n", c.right(), c.pictures(), 100 * c.accuracy());
}

using Names = std::vector<std::string>;

struct GuessDocument {
  std::string class_name;
  double probability = 0;
  std::vector<std::pair<std::string, double>> probabilities{};
};
struct AnswerDocument {
  std::string file;
  GuessDocument guess;
  std::optional<std::string> truth{};
  std::optional<bool> right{};
  Maybe<GuessDocument> unscaled{};
};
struct ClassDocument {
  std::string name;
  ClassScores scores;
};
struct ConfusionDocument {
  Confusion confusion;
  Names classes{};
};
struct MistakeDocument {
  std::string file, class_name;
  double probability = 0;
  std::string truth;
};
struct UnreadPicture {
  std::string file, reason;
};
struct PredictDocument {
  std::vector<AnswerDocument> predictions{};
  Maybe<ConfusionDocument> confusion{};
  Maybe<std::vector<MistakeDocument>> mistakes{};
  Maybe<ConfusionDocument> unscaled{};
  std::vector<UnreadPicture> bad{};
};

GuessDocument in_document(const Guess& g, const Names& names) {
  GuessDocument out{names[g.label], g.probability};
  for (std::size_t i = 0; i < names.size(); ++i) out.probabilities.emplace_back(names[i], g.probabilities[i]);
  return out;
}

AnswerDocument in_document(const Answer& a, const Names& names) {
  AnswerDocument out{.file = a.file, .guess = in_document(a.guess, names)};
  if (a.truth) out.truth = names[*a.truth];
  if (a.truth) out.right = a.right();
  if (a.unscaled) out.unscaled.emplace(in_document(*a.unscaled, names));
  return out;
}

}  // namespace

std::string answer_line(const Answer& a, const std::vector<std::string>& names) {
  std::string line = fmt::format("{}: {}", a.file, in_words(a.guess, names));
  if (a.wrong()) line += fmt::format(", wrong: it is {}", names[*a.truth]);
  if (a.unscaled) line += fmt::format("; without 1/255: {}", in_words(*a.unscaled, names));
  return one_line(std::move(line));
}

std::string answers_report(std::span<const Answer> answers, const std::vector<std::string>& names) {
  if (!any_truth(answers)) return {};
  const Confusion confusion = confusion_of(answers, names.size());
  std::string out = right_text(confusion) + "\n" + matrix_text(confusion, names) + "\n" + scores_text(confusion, names);
  const std::vector<std::size_t> wrong = mistakes(answers);
  if (!wrong.empty()) out += "\nworst mistakes:\n";
  for (std::size_t i = 0; i < std::min(wrong.size(), most_mistakes); ++i) {
    const Answer& a = answers[wrong[i]];
    out += one_line(fmt::format("  {}, is {}: {}", in_words(a.guess, names), names[*a.truth], a.file)) + "\n";
  }
  if (any_unscaled(answers)) {
    const Confusion bug = confusion_of(answers, names.size(), Which::unscaled);
    out += "\nwithout the 1/255 of training (the tutorial's mistake): " + right_text(bug) + "\n" + matrix_text(bug, names);
  }
  out.pop_back();
  return out;
}

template <>
struct Fields<GuessDocument> {
  static constexpr std::string_view name = "guess", text = "What the network says of a picture.";
  static void of(auto& g, auto&& field) {
    field("class", g.class_name, "The most probable.");
    field("probability", g.probability, "Its.", share);
    field("probabilities", g.probabilities, "Of each class.", share);
  }
};

template <>
struct Fields<AnswerDocument> {
  static constexpr std::string_view name = "prediction", text = "One picture.";
  static void of(auto& a, auto&& field) {
    field("file", a.file, "Its file.");
    Fields<GuessDocument>::of(a.guess, field);
    field("truth", a.truth, "Its class. null: unknown.");
    field("right", a.right, "Whether they agree. null: the truth is unknown.");
    field("tutorial_bug", a.unscaled, "With --tutorial-bug: what it would say of the 0..255 pixels.");
  }
};

template <>
struct Fields<ClassDocument> {
  static constexpr std::string_view name = "class_scores", text = "How well one class is told.";
  static void of(auto& c, auto&& field) {
    field("class", c.name, "Its name.");
    field("pictures", c.scores.pictures, "Whose truth it is.", not_negative);
    field("precision", c.scores.precision, "null: it was never guessed.", share);
    field("recall", c.scores.recall, "null: there are no pictures of it.", share);
    field("f1", c.scores.f1, "null: neither.", share);
  }
};

template <>
struct Fields<ConfusionDocument> {
  static constexpr std::string_view name = "confusion", text = "Guesses against the truth.";
  static void of(auto& c, auto&& field) {
    std::vector<ClassDocument> scores;
    for (std::size_t i = 0; i < c.classes.size(); ++i) scores.push_back({c.classes[i], scores_of(c.confusion, i)});
    field("pictures", c.confusion.pictures(), "Whose truth is known.", not_negative);
    field("right", c.confusion.right(), "Of them.", not_negative);
    field("accuracy", c.confusion.accuracy(), "right / pictures.", share);
    field("classes", c.classes, "Index = label.");
    field("matrix", c.confusion.counts, "Pictures by [truth][guess].", not_negative);
    field("per_class", std::vector<ClassDocument>(scores), "In the order of classes.");
  }
};

template <>
struct Fields<MistakeDocument> {
  static constexpr std::string_view name = "mistake", text = "One picture that was told wrongly.";
  static void of(auto& m, auto&& field) {
    field("file", m.file, "Its file.");
    field("class", m.class_name, "Guessed.");
    field("probability", m.probability, "Of the guess.", share);
    field("truth", m.truth, "Its class.");
  }
};

template <>
struct Fields<UnreadPicture> {
  static constexpr std::string_view name = "unread_picture", text = "One that cannot be read.";
  static void of(auto& b, auto&& field) {
    field("file", b.file, "Its file.");
    field("reason", b.reason, "Why.");
  }
};

template <>
struct Fields<PredictDocument> {
  static constexpr std::string_view name = "predict", text = "What a network says of pictures.";
  static constexpr int version = 1;
  static void of(auto& d, auto&& field) {
    field("predictions", d.predictions, "Of the pictures that are listed.");
    field("confusion", d.confusion, "Where a truth is known: of all pictures.");
    field("mistakes", d.mistakes, "Likewise, the most confident first.");
    field("tutorial_bug", d.unscaled, "With --tutorial-bug: the same for the 0..255 pixels.");
    field("bad", d.bad, "Those that cannot be read; all others are answered.");
  }
};

Json answers_json(std::span<const Answer> answers, std::span<const std::size_t> listed, const Names& names,
                  const std::vector<SkippedPicture>& bad) {
  PredictDocument out;
  for (const std::size_t i : listed) out.predictions.push_back(in_document(answers[i], names));
  if (any_truth(answers)) {
    out.confusion.emplace(ConfusionDocument{confusion_of(answers, names.size()), names});
    out.mistakes.emplace();
    for (const std::size_t i : mistakes(answers)) {
      const Answer& a = answers[i];
      out.mistakes->push_back({a.file, names[a.guess.label], a.guess.probability, names[*a.truth]});
    }
    if (any_unscaled(answers)) out.unscaled.emplace(ConfusionDocument{confusion_of(answers, names.size(), Which::unscaled), names});
  }
  for (const SkippedPicture& b : bad) out.bad.push_back({b.name, b.reason});
  return document(out);
}

Json predict_schema() { return document_schema<PredictDocument>("cnnbench predict --json"); }

}  // namespace cnnbench
