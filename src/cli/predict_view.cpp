#include "cnnbench/cli/predict_view.hpp"

#include <fmt/format.h>

#include <algorithm>

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

Json number(const std::optional<double>& v) { return v ? Json(*v) : Json(nullptr); }

Json confusion_json(const Confusion& c, const std::vector<std::string>& names) {
  Json classes = Json::array();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const ClassScores s = scores_of(c, i);
    classes.push_back({{"class", names[i]},
                       {"pictures", s.pictures},
                       {"precision", number(s.precision)},
                       {"recall", number(s.recall)},
                       {"f1", number(s.f1)}});
  }
  return {{"pictures", c.pictures()}, {"right", c.right()}, {"accuracy", c.accuracy()},
          {"classes", names},         {"matrix", c.counts}, {"per_class", std::move(classes)}};
}

Json guess_json(const Guess& g, const std::vector<std::string>& names) {
  Json json{{"class", names[g.label]}, {"probability", g.probability}};
  for (std::size_t i = 0; i < names.size(); ++i) json["probabilities"][names[i]] = g.probabilities[i];
  return json;
}

Json answer_json(const Answer& a, const std::vector<std::string>& names) {
  Json json{{"file", a.file}};
  json.update(guess_json(a.guess, names));
  json["truth"] = a.truth ? Json(names[*a.truth]) : Json(nullptr);
  json["right"] = a.truth ? Json(a.right()) : Json(nullptr);
  if (a.unscaled) json["tutorial_bug"] = guess_json(*a.unscaled, names);
  return json;
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

Json answers_json(std::span<const Answer> answers, std::span<const std::size_t> listed, const std::vector<std::string>& names) {
  Json predictions = Json::array();
  for (const std::size_t i : listed) predictions.push_back(answer_json(answers[i], names));
  Json json{{"schema_version", 1}, {"predictions", std::move(predictions)}};
  if (!any_truth(answers)) return json;
  json["confusion"] = confusion_json(confusion_of(answers, names.size()), names);
  json["mistakes"] = Json::array();
  for (const std::size_t i : mistakes(answers)) {
    const Answer& a = answers[i];
    json["mistakes"].push_back(
        {{"file", a.file}, {"class", names[a.guess.label]}, {"probability", a.guess.probability}, {"truth", names[*a.truth]}});
  }
  if (any_unscaled(answers)) json["tutorial_bug"] = confusion_json(confusion_of(answers, names.size(), Which::unscaled), names);
  return json;
}

}  // namespace cnnbench
