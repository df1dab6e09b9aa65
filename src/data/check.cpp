// Decodes every picture of a data set and counts what a person has to know of it, by kind.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "checked_pictures.hpp"
#include "cnnbench/core/missing_path.hpp"
#include "cnnbench/core/utf8.hpp"
#include "parallel.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

struct Job {
  fs::path path;
  std::string name, reason, warning;
  std::size_t class_index;
  PictureHeader header;
  std::size_t bytes;
};

// "truncated JPEG (Premature end of JPEG file)" is a truncated JPEG.
std::string kind_of(const std::string& reason) {
  const std::string kind = reason.substr(0, reason.find_first_of("(:"));
  return kind.substr(0, kind.find_last_not_of(' ') + 1);
}

std::vector<std::pair<std::string, std::size_t>> kinds_of(const std::vector<SkippedPicture>& bad) {
  std::map<std::string, std::size_t> counts;
  for (const SkippedPicture& b : bad) ++counts[kind_of(b.reason)];
  std::vector<std::pair<std::string, std::size_t>> out(counts.begin(), counts.end());
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return out;
}

Spread spread_of(std::vector<int>& values) {
  if (values.empty()) return Spread{};
  std::sort(values.begin(), values.end());
  return Spread{values.front(), values[values.size() / 2], values.back()};
}

// What training would stop at, whatever the pictures are.
void find_problems(const FileList& list, const std::string& split, std::vector<std::string>& problems) {
  for (std::size_t label = 0; label < list.class_names.size(); ++label) {
    const std::string& name = list.class_names[label];
    if (std::find(list.labels.begin(), list.labels.end(), static_cast<std::int64_t>(label)) == list.labels.end())
      problems.push_back(fmt::format("{}{}: the class folder holds no pictures", split, name));
    if (!is_utf8(name)) problems.push_back(fmt::format("{}{}: the class folder's name is not UTF-8", split, name));
  }
  if (list.class_names.size() < 2)
    problems.push_back(fmt::format("{}: only one class, two or more are wanted", list.root.string()));
}

}  // namespace

CheckReport check_pictures(const fs::path& folder, const Progress& progress) {
  std::error_code none;
  if (!fs::exists(folder, none)) throw Error(ExitCode::usage, missing_path(folder), "name the data set's folder");
  const FolderLayout layout = folder_layout(folder);
  CheckReport report;
  report.notes = layout.notes;
  report.passed_over = layout.passed_over;
  std::vector<Job> jobs;
  std::vector<FileList> lists;
  for (const fs::path& part : {layout.train, layout.validation}) {
    if (part.empty()) continue;
    const FileList& list = lists.emplace_back(list_class_folders(part, true));
    report.passed_over.add(list.passed_over);
    const std::string split = layout.validation.empty() ? "" : part.lexically_relative(folder).string();
    const std::string prefix = split.empty() ? "" : split + "/";
    find_problems(list, prefix, report.problems);
    const std::size_t first = report.classes.size();
    for (const std::string& name : list.class_names) report.classes.push_back({split, name, 0, 0});
    for (std::size_t i = 0; i < list.names.size(); ++i)
      jobs.push_back(
          {part / list.names[i], prefix + list.names[i], "", "", first + static_cast<std::size_t>(list.labels[i]), {}, 0});
  }
  if (lists.size() == 2 && lists[0].class_names != lists[1].class_names)
    report.problems.push_back(fmt::format("the classes of training ({}) and validation ({}) differ",
                                          fmt::join(lists[0].class_names, ", "), fmt::join(lists[1].class_names, ", ")));
  Counter counter(progress, jobs.size());
  for_each_parallel(jobs.size(), [&](std::size_t i) {
    thread_local Bytes stored;
    Job& job = jobs[i];
    try {
      decode_whole(job.path, job.name, stored, &job.warning);
      job.header = read_picture_header(stored, job.name);
      job.bytes = stored.size();
    } catch (const Error& e) {
      job.reason = reason_in(e, job.name);
    }
    counter.one();
  });
  std::map<std::string, std::size_t> formats;
  std::vector<int> widths, heights;
  for (const Job& job : jobs) {
    CheckedClass& checked = report.classes[job.class_index];
    ++checked.pictures;
    if (!job.reason.empty()) {
      ++checked.bad;
      report.bad.push_back({job.name, job.reason});
      continue;
    }
    if (!job.warning.empty()) report.warned.push_back({job.name, job.warning});
    report.turned += job.header.orientation != 1 ? 1 : 0;
    ++formats[std::string(job.header.format)];
    widths.push_back(job.header.size.width);
    heights.push_back(job.header.size.height);
    report.bytes += job.bytes;
  }
  report.bad_kinds = kinds_of(report.bad);
  report.width = spread_of(widths);
  report.height = spread_of(heights);
  report.pictures = jobs.size();
  report.formats.assign(formats.begin(), formats.end());
  return report;
}

}  // namespace cnnbench
