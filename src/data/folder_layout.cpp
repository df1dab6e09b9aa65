// Which folders are the training and the validation pictures, by their names and by what is in them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/missing_path.hpp"
#include "cnnbench/data/folder.hpp"
#include "folder_entries.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

constexpr int most_in_between = 2;
// Of several folders for validation the first of these that is there.
constexpr std::array<std::string_view, 7> validation_words{"validation", "val", "valid", "test", "testing", "eval", "evaluation"};
constexpr std::array<std::string_view, 3> train_words{"train", "training", "trn"};
constexpr std::array<std::string_view, 9> plain_words{"images", "image", "imgs",    "img", "pictures",
                                                      "photos", "data",  "dataset", "jpg"};

// "Training_set", "trainset" and "train_images" are train; "seg_test" and "test1" are test.
std::vector<std::string> words_of(const std::string& name) {
  std::vector<std::string> words(1);
  for (const char c : name) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isalpha(letter) != 0)
      words.back() += static_cast<char>(std::tolower(letter));
    else if (!words.back().empty())
      words.emplace_back();
  }
  for (std::string& word : words)
    for (const std::string_view suffix : {"set", "data", "images", "dataset"})
      if (word.size() > suffix.size() && word.ends_with(suffix)) {
        word.resize(word.size() - suffix.size());
        break;
      }
  return words;
}

template <std::size_t N>
std::optional<std::size_t> rank_in(const std::array<std::string_view, N>& known, const std::string& name) {
  const std::vector<std::string> words = words_of(name);
  for (std::size_t rank = 0; rank < N; ++rank)
    if (std::find(words.begin(), words.end(), known[rank]) != words.end()) return rank;
  return std::nullopt;
}

struct Child {
  std::string name;
  std::optional<std::size_t> validation_rank;
  bool train = false, flat = false, folders = false;  // flat: pictures lie in it directly
  bool is_split() const { return train || validation_rank; }
};

std::vector<Child> children_of(const fs::path& folder, PassedOver* passed_over = nullptr) {
  std::vector<Child> children;
  for (const fs::directory_entry& entry : folder_entries(folder, passed_over)) {
    std::error_code none;
    if (!entry.is_directory(none)) continue;
    Child child;
    child.name = entry.path().filename().string();
    child.validation_rank = rank_in(validation_words, child.name);
    child.train = !child.validation_rank && rank_in(train_words, child.name);
    for (const fs::directory_entry& inner : folder_entries(entry.path())) {
      child.folders |= inner.is_directory(none);
      child.flat = child.flat || is_picture_file(inner);
    }
    children.push_back(std::move(child));
  }
  std::sort(children.begin(), children.end(), [](const Child& a, const Child& b) { return a.name < b.name; });
  return children;
}

std::string named(const std::vector<Child>& children) {
  std::vector<std::string> names;
  for (const Child& c : children) names.push_back(c.name + "/");
  return fmt::format("{}", fmt::join(names, ", "));
}

template <class F>
std::vector<Child> those(const std::vector<Child>& children, const F& wanted) {
  std::vector<Child> out;
  std::copy_if(children.begin(), children.end(), std::back_inserter(out), wanted);
  return out;
}

// training_set/training_set/{cats,dogs}, train/images/{cats,dogs}: the folder in between is none of the classes.
fs::path classes_in(const fs::path& split, FolderLayout& layout) {
  const std::vector<Child> inner = children_of(split);
  if (inner.size() != 1 || inner.front().flat || !inner.front().folders) return split;
  const Child& only = inner.front();
  if (!only.is_split() && !rank_in(plain_words, only.name)) return split;
  layout.notes.push_back(fmt::format("the class folders are those in {}", (split / only.name).string()));
  return split / only.name;
}

[[noreturn]] void refuse(const std::string& problem, const std::string& remedy) { throw Error(ExitCode::usage, problem, remedy); }

// What is beside the folders that are used.
void note_unused(const std::vector<Child>& children, const Child& train, const Child* validation, FolderLayout& layout) {
  const std::vector<Child> unused = those(
      children, [&](const Child& c) { return c.name != train.name && (validation == nullptr || c.name != validation->name); });
  if (unused.empty()) return;
  layout.notes.push_back(fmt::format("not used: {} (training: {}/{})", named(unused), train.name,
                                     validation == nullptr ? "" : fmt::format(", validation: {}/", validation->name)));
}

FolderLayout splits_in(const fs::path& folder, const std::vector<Child>& children, const std::vector<Child>& train,
                       std::vector<Child> validation) {
  const std::string remedy =
      fmt::format("set data.path to one of them (and data.validation_split=0.2), or rename the folders of {}", folder.string());
  if (train.size() > 1) refuse(fmt::format("{} holds several folders for training: {}", folder.string(), named(train)), remedy);
  std::stable_sort(validation.begin(), validation.end(),
                   [](const Child& a, const Child& b) { return *a.validation_rank < *b.validation_rank; });
  if (validation.size() > 1 && validation[0].validation_rank == validation[1].validation_rank)
    refuse(fmt::format("{} holds several folders for validation: {}", folder.string(), named({validation[0], validation[1]})),
           remedy);
  FolderLayout layout;
  const Child* second = validation.empty() ? nullptr : &validation.front();
  note_unused(children, train.front(), second, layout);
  layout.train = classes_in(folder / train.front().name, layout);
  if (second != nullptr) layout.validation = classes_in(folder / second->name, layout);
  return layout;
}

}  // namespace

FolderLayout folder_layout(const fs::path& given) {
  std::error_code none;
  if (!fs::is_directory(given, none)) return {.train = given, .validation = {}};
  fs::path folder = given;
  PassedOver above;
  for (int in_between = 0;; ++in_between) {
    PassedOver here;
    const std::vector<Child> children = children_of(folder, &here);
    const auto train = those(children, [](const Child& c) { return c.train && !c.flat; });
    const auto validation = those(children, [](const Child& c) { return c.validation_rank && !c.flat; });
    const auto classes = those(children, [](const Child& c) { return !c.is_split(); });
    const auto splits = those(children, [](const Child& c) { return c.is_split(); });
    const auto like_validation = those(children, [](const Child& c) { return c.validation_rank.has_value(); });
    if (!train.empty() && (!validation.empty() || classes.empty())) {
      FolderLayout layout = splits_in(folder, children, train, validation);
      above.add(here);
      layout.passed_over = above;
      if (folder != given) layout.notes.insert(layout.notes.begin(), fmt::format("the pictures are those in {}", folder.string()));
      return layout;
    }
    if (!train.empty() || !like_validation.empty() || (!splits.empty() && classes.empty())) {
      const bool all_flat = std::all_of(splits.begin(), splits.end(), [](const Child& c) { return c.flat; });
      refuse(fmt::format("{} holds {}: named like parts of a set, not like classes", folder.string(), named(splits)),
             classes.empty() && all_flat ? fmt::format("where the files are named cat.0.jpg, dog.0.jpg: 'cnnbench data import {} "
                                                       "data/catdog' sorts them; else a folder per class is wanted",
                                                       (folder / splits.front().name).string())
             : !train.empty() ? fmt::format("set data.path={} (and data.validation_split=0.2); rename it if it is a class",
                                            (folder / train.front().name).string())
                              : "move them elsewhere, or rename those that are classes; training pictures are looked for in train/ "
                                "or training_set/");
    }
    // A folder in between: "dataset/", "PetImages/". Its own folders are the classes, or the splits.
    const bool descends =
        children.size() == 1 && !children.front().flat && children.front().folders && in_between < most_in_between;
    if (!descends) {
      FolderLayout layout{.train = folder, .validation = {}, .passed_over = above};
      if (folder != given) layout.notes.push_back(fmt::format("the class folders are those in {}", folder.string()));
      return layout;
    }
    const fs::path inner = folder / children.front().name;
    const std::vector<Child> below = children_of(inner);
    const auto leads_on = [](const Child& c) { return c.is_split() || c.folders; };
    const bool holds_classes = below.size() > 1 || (below.size() == 1 && leads_on(below.front()));
    if (!holds_classes) return {.train = folder, .validation = {}, .passed_over = above};  // one class, which is said
    above.add(here);
    folder = inner;
  }
}

}  // namespace cnnbench
