#include "cnnbench/data/import.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "checked_pictures.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/missing_path.hpp"
#include "cnnbench/data/decode.hpp"
#include "cnnbench/data/folder.hpp"
#include "draft.hpp"
#include "parallel.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

struct Found {
  fs::path root;
  std::string from;   // relative to the root
  std::string as;     // file name in the destination: cat.17.jpg
  long long number;   // 17
  std::string split;  // "validation" where the source says so, "train" likewise; else empty
};
using ByClass = std::map<std::string, std::vector<Found>>;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// The last number in a file's name: 17 of "cat.17.jpg" and "17.jpg"; files without one come last.
long long number_in(const std::string& stem) {
  const auto digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  const auto end = std::find_if(stem.rbegin(), stem.rend(), digit);
  const auto begin = std::find_if_not(end, stem.rend(), digit);
  long long value = 0;
  const std::string digits(begin.base(), end.base());
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return digits.empty() || result.ec != std::errc() ? std::numeric_limits<long long>::max() : value;
}

struct Source {
  ByClass classes;
  std::map<std::string, std::set<std::string>> spellings;  // of a class: Cat and cat
  PassedOver passed_over;
  std::vector<std::string> notes;
};

void add(Source& out, const fs::path& root, const std::string& split, const std::string& class_name, const std::string& from,
         const std::string& within) {
  const std::string name = lower(class_name);
  std::string as = within;
  std::replace(as.begin(), as.end(), '/', '_');
  if (!lower(as).starts_with(name + ".")) as = fmt::format("{}.{}", name, as);
  out.classes[name].push_back({root, from, as, number_in(fs::path(within).stem().string()), split});
  out.spellings[name].insert(class_name);
}

// Class folders, or cat.0.jpg by its name.
void add_all(Source& out, const fs::path& root, const std::string& split) {
  for (const std::string& name : list_pictures_below(root, &out.passed_over)) {
    const std::size_t slash = name.find('/');
    if (slash != std::string::npos)
      add(out, root, split, name.substr(0, slash), name, name.substr(slash + 1));
    else if (const std::size_t dot = name.find('.'); name.find('.', dot + 1) != std::string::npos)
      add(out, root, split, name.substr(0, dot), name, name);
    else
      ++out.passed_over.files["pictures without a class in their name"];
  }
}

bool children_are_files(const fs::path& folder) {
  std::error_code none;
  return std::none_of(fs::directory_iterator(folder, none), fs::directory_iterator(), [](const fs::directory_entry& entry) {
    return entry.is_directory() && !is_leaving(entry.path().filename().string());
  });
}

// A flat train/ beside a flat test1/, as Kaggle's archives unpack: no folder tells classes, so the one for training by its name.
std::optional<fs::path> flat_train(const fs::path& source) {
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(source, none))
    if (entry.is_directory(none) && lower(entry.path().filename().string()) == "train") return entry.path();
  return std::nullopt;
}

// Two of one name are both kept: cat.1.jpg and cat.1_2.jpg.
void make_names_unique(Source& source) {
  for (auto& [name, files] : source.classes) {
    std::set<std::string> taken;
    std::size_t renamed = 0;
    for (Found& file : files) {
      const fs::path as = file.as;
      for (int n = 2; !taken.insert(file.split + "/" + lower(file.as)).second; ++n)
        file.as = fmt::format("{}_{}{}", as.stem().string(), n, as.extension().string());
      renamed += file.as != as.string() ? 1 : 0;
    }
    if (renamed > 0)
      source.notes.push_back(
          fmt::format("{}: {} pictures had the name of another and were renamed (cat.1.jpg, cat.1_2.jpg)", name, renamed));
    if (source.spellings[name].size() > 1)
      source.notes.push_back(fmt::format("{} are one class: {}", fmt::join(source.spellings[name], " and "), name));
  }
}

Source find(const fs::path& given) {
  std::error_code none;
  if (!fs::is_directory(given, none))
    throw Error(ExitCode::usage, fs::exists(given, none) ? given.string() + " is no folder" : missing_path(given),
                "name the unpacked archive's folder (unzip it first)");
  Source out;
  fs::path looked_in = given;
  if (const auto flat = flat_train(given); flat && children_are_files(*flat)) {
    add_all(out, looked_in = *flat, "");
  } else {
    const FolderLayout layout = folder_layout(given);
    out.notes = layout.notes;
    out.passed_over = layout.passed_over;
    looked_in = layout.train;
    add_all(out, layout.train, layout.validation.empty() ? "" : "train");
    if (!layout.validation.empty()) add_all(out, layout.validation, "validation");
  }
  if (out.classes.size() < 2)
    throw Error(ExitCode::usage, fmt::format("{} holds pictures of {} classes", looked_in.string(), out.classes.size()),
                "a folder with Cat/ and Dog/ (Microsoft's), or with cat.N.jpg and dog.N.jpg (Kaggle's train) is wanted");
  for (auto& [name, files] : out.classes)
    std::sort(files.begin(), files.end(),
              [](const Found& a, const Found& b) { return std::tie(a.number, a.from) < std::tie(b.number, b.from); });
  make_names_unique(out);
  for (std::string& note : out.passed_over.notes()) out.notes.push_back(std::move(note));
  return out;
}

// How many of the good ones go where.
struct Shares {
  std::size_t train = 0, validation = 0;
};
Shares shares_of(std::size_t good, const ImportOptions& options) {
  const auto wanted = static_cast<std::size_t>(options.train) + static_cast<std::size_t>(options.validation);
  const std::size_t used = std::min(good, wanted);
  const std::size_t train = wanted == 0 ? 0 : used * static_cast<std::size_t>(options.train) / wanted;
  return {train, used - train};
}

// `shown`: as the user will see it; the draft's own name means nothing to anybody.
void place(const fs::path& from, const fs::path& to, const fs::path& shown, bool link) {
  std::error_code error;
  if (link)
    fs::create_symlink(fs::absolute(from), to, error);
  else
    fs::copy_file(from, to, error);
  if (error) Draft::cannot_write(shown, error.message());
}

}  // namespace

ImportReport import_pictures(const fs::path& source_given, const fs::path& destination, const ImportOptions& options,
                             const Progress& progress) {
  std::error_code none;
  if (fs::exists(destination, none))
    throw Error(ExitCode::usage, fmt::format("{} exists already", destination.string()), "remove it, or name another destination");
  const Source source = find(source_given);
  struct Job {
    const Found* file;
    std::string reason;
  };
  std::vector<Job> jobs;
  for (const auto& [name, files] : source.classes)
    for (const Found& file : files) jobs.push_back({&file, {}});
  Counter counter(progress, jobs.size());
  for_each_parallel(jobs.size(), [&](std::size_t i) {
    thread_local Bytes stored;
    const Found& file = *jobs[i].file;
    try {
      decode_whole(file.root / file.from, file.from, stored);
    } catch (const Error& e) {
      jobs[i].reason = reason_in(e, file.from);
    }
    counter.one();
  });
  ImportReport report;
  report.notes = source.notes;
  Draft draft(destination);
  auto job = jobs.begin();
  for (const auto& [name, files] : source.classes) {
    std::vector<const Found*> undecided, train, validation;
    for (std::size_t i = 0; i < files.size(); ++i, ++job) {
      const Found* file = job->file;
      if (!job->reason.empty())
        report.bad.push_back({file->split.empty() ? file->from : file->split + "/" + file->from, job->reason});
      else
        (file->split.empty() ? undecided : file->split == "train" ? train : validation).push_back(file);
    }
    const std::size_t good = undecided.size() + train.size() + validation.size();
    const Shares shares = shares_of(undecided.size(), options);
    train.insert(train.end(), undecided.begin(), undecided.begin() + static_cast<std::ptrdiff_t>(shares.train));
    validation.insert(validation.end(), undecided.begin() + static_cast<std::ptrdiff_t>(shares.train),
                      undecided.begin() + static_cast<std::ptrdiff_t>(shares.train + shares.validation));
    train.resize(std::min(train.size(), static_cast<std::size_t>(options.train)));
    validation.resize(std::min(validation.size(), static_cast<std::size_t>(options.validation)));
    for (const auto& [split, chosen] : {std::pair{"train", &train}, std::pair{"validation", &validation}}) {
      draft.folder(fs::path(split) / name);
      for (const Found* file : *chosen) {
        const fs::path below = fs::path(split) / name / file->as;
        place(file->root / file->from, draft.path() / below, destination / below, options.link);
      }
    }
    report.classes.push_back({name, train.size(), validation.size(), good - train.size() - validation.size()});
  }
  if (!draft.finish())
    throw Error(ExitCode::usage, fmt::format("{} exists already", destination.string()), "name another destination");
  return report;
}

}  // namespace cnnbench
