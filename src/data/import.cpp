#include "cnnbench/data/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <map>
#include <mutex>
#include <tuple>

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
  std::string from;  // relative to the source
  std::string as;    // file name in the destination: cat.17.jpg
  long long number;  // 17
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

void add(ByClass& out, const std::string& class_name, const std::string& from, const std::string& within) {
  std::string as = within;
  std::replace(as.begin(), as.end(), '/', '_');
  if (!lower(as).starts_with(fmt::format("{}.", class_name))) as = fmt::format("{}.{}", class_name, as);
  out[class_name].push_back({from, as, number_in(fs::path(within).stem().string())});
}

ByClass find(fs::path& source) {
  std::error_code none;
  if (!fs::is_directory(source, none))
    throw Error(ExitCode::usage, fs::exists(source, none) ? source.string() + " is no folder" : missing_path(source),
                "name the unpacked archive's folder (unzip it first)");
  for (const char* inner : {"PetImages", "train"})  // the archives' own top folders
    if (fs::is_directory(source / inner, none)) {
      source /= inner;
      break;
    }
  ByClass out;
  for (const std::string& name : list_pictures_below(source)) {
    const std::size_t slash = name.find('/');
    if (slash != std::string::npos) {
      add(out, lower(name.substr(0, slash)), name, name.substr(slash + 1));
    } else if (const std::size_t dot = name.find('.'); name.find('.', dot + 1) != std::string::npos) {
      add(out, lower(name.substr(0, dot)), name, name);  // cat.0.jpg
    }
  }
  if (out.size() < 2)
    throw Error(ExitCode::usage, fmt::format("{} holds pictures of {} classes", source.string(), out.size()),
                "a folder with Cat/ and Dog/ (Microsoft's), or with cat.N.jpg and dog.N.jpg (Kaggle's train) is wanted");
  for (auto& [name, files] : out)
    std::sort(files.begin(), files.end(),
              [](const Found& a, const Found& b) { return std::tie(a.number, a.from) < std::tie(b.number, b.from); });
  return out;
}

void decode_whole(const fs::path& path, const std::string& name, Bytes& stored) {
  thread_local Bytes pixels(ImageSize{32, 32}.bytes());
  read_picture_file(path, name, stored);
  decode_picture(stored, name, {}, {pixels.data(), {32, 32}});
}

std::string reason(const Error& e, const std::string& name) { return std::string(e.what()).substr(name.size() + 2); }

// Counts under a lock, so that progress is called by one thread at a time.
class Counter {
 public:
  Counter(const Progress& progress, std::size_t total) : progress_(progress), total_(total) {}
  void one() {
    const std::scoped_lock lock(mutex_);
    ++done_;
    if (progress_) progress_(done_, total_);
  }

 private:
  const Progress& progress_;
  std::size_t total_, done_ = 0;
  std::mutex mutex_;
};

void place(const fs::path& from, const fs::path& to, bool link) {
  std::error_code error;
  if (link)
    fs::create_symlink(fs::absolute(from), to, error);
  else
    fs::copy_file(from, to, error);
  if (error) Draft::cannot_write(to, error.message());
}

}  // namespace

ImportReport import_pictures(const fs::path& source_given, const fs::path& destination, const ImportOptions& options,
                             const Progress& progress) {
  std::error_code none;
  if (fs::exists(destination, none))
    throw Error(ExitCode::usage, fmt::format("{} exists already", destination.string()), "remove it, or name another destination");
  fs::path source = source_given;
  ByClass classes = find(source);
  struct Job {
    const Found* file;
    std::string reason;
  };
  std::vector<Job> jobs;
  for (const auto& [name, files] : classes)
    for (const Found& file : files) jobs.push_back({&file, {}});
  Counter counter(progress, jobs.size());
  for_each_parallel(jobs.size(), [&](std::size_t i) {
    thread_local Bytes stored;
    const std::string& name = jobs[i].file->from;
    try {
      decode_whole(source / name, name, stored);
    } catch (const Error& e) {
      jobs[i].reason = reason(e, name);
    }
    counter.one();
  });
  ImportReport report;
  Draft draft(destination);
  auto job = jobs.begin();
  for (const auto& [name, files] : classes) {
    std::vector<const Found*> good;
    for (std::size_t i = 0; i < files.size(); ++i, ++job) {
      if (job->reason.empty())
        good.push_back(job->file);
      else
        report.bad.push_back({job->file->from, job->reason});
    }
    const auto wanted = static_cast<std::size_t>(options.train) + static_cast<std::size_t>(options.validation);
    const std::size_t used = std::min(good.size(), wanted);
    const std::size_t train = wanted == 0 ? 0 : used * static_cast<std::size_t>(options.train) / wanted;
    for (const char* split : {"train", "validation"}) draft.folder(fs::path(split) / name);
    for (std::size_t i = 0; i < used; ++i)
      place(source / good[i]->from, draft.path() / (i < train ? "train" : "validation") / name / good[i]->as, options.link);
    report.classes.push_back({name, train, used - train, good.size() - used});
  }
  if (!draft.finish())
    throw Error(ExitCode::usage, fmt::format("{} exists already", destination.string()), "name another destination");
  return report;
}

CheckReport check_pictures(const fs::path& folder, const Progress& progress) {
  std::error_code none;
  if (!fs::exists(folder, none)) throw Error(ExitCode::usage, missing_path(folder), "name the data set's folder");
  const FolderLayout layout = folder_layout(folder);
  CheckReport report;
  struct Job {
    fs::path path;
    std::string name, reason;
    std::size_t class_index;
    PictureHeader header;
    std::size_t bytes;
  };
  std::vector<Job> jobs;
  for (const fs::path& part : {layout.train, layout.validation}) {
    if (part.empty()) continue;
    const FileList list = list_class_folders(part, true);
    const std::string split = part == folder ? "" : part.filename().string();
    const std::size_t first = report.classes.size();
    for (const std::string& name : list.class_names) report.classes.push_back({split, name, 0, 0});
    for (std::size_t i = 0; i < list.names.size(); ++i)
      jobs.push_back({part / list.names[i],
                      split.empty() ? list.names[i] : split + "/" + list.names[i],
                      "",
                      first + static_cast<std::size_t>(list.labels[i]),
                      {},
                      0});
  }
  Counter counter(progress, jobs.size());
  for_each_parallel(jobs.size(), [&](std::size_t i) {
    thread_local Bytes stored;
    Job& job = jobs[i];
    try {
      decode_whole(job.path, job.name, stored);
      job.header = read_picture_header(stored, job.name);
      job.bytes = stored.size();
    } catch (const Error& e) {
      job.reason = reason(e, job.name);
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
    ++formats[std::string(job.header.format)];
    widths.push_back(job.header.size.width);
    heights.push_back(job.header.size.height);
    report.bytes += job.bytes;
  }
  const auto spread = [](std::vector<int>& values) {
    if (values.empty()) return Spread{};
    std::sort(values.begin(), values.end());
    return Spread{values.front(), values[values.size() / 2], values.back()};
  };
  report.width = spread(widths);
  report.height = spread(heights);
  report.pictures = jobs.size();
  report.formats.assign(formats.begin(), formats.end());
  return report;
}

}  // namespace cnnbench
