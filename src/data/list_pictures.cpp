#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/missing_path.hpp"
#include "cnnbench/data/decode.hpp"
#include "cnnbench/data/folder.hpp"
#include "folder_entries.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void unreadable(const fs::path& folder, const std::error_code& why) {
  throw Error(ExitCode::usage, fmt::format("cannot read the folder {}: {}", folder.string(), why.message()),
              "check data.path and its permissions");
}

struct FoundPicture {
  std::string folder, file;  // folder relative to the start, "" or "a/b"
};

// "photo.HEIC" is counted as ".heic".
std::string end_of(const std::string& name) {
  std::string end = fs::path(name).extension().string();
  std::transform(end.begin(), end.end(), end.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return end.empty() ? "no extension" : end;
}

void search(const fs::path& start, const std::string& below, std::vector<FoundPicture>& found, PassedOver* passed_over) {
  for (const fs::directory_entry& entry : folder_entries(below.empty() ? start : start / below, passed_over)) {
    std::error_code none;
    const std::string name = entry.path().filename().string();
    if (entry.is_directory(none)) {
      if (!entry.is_symlink(none)) search(start, below.empty() ? name : below + "/" + name, found, passed_over);
      continue;
    }
    if (is_picture_file(entry))
      found.push_back({below, name});
    else if (passed_over != nullptr)
      ++passed_over->files[end_of(name)];
  }
}

}  // namespace

std::vector<fs::directory_entry> folder_entries(const fs::path& folder, PassedOver* passed_over) {
  std::error_code error;
  std::vector<fs::directory_entry> out;
  fs::directory_iterator it(folder, error), end;
  if (error) unreadable(folder, error);
  while (it != end) {
    const std::string name = it->path().filename().string();
    if (is_leaving(name)) {
      if (passed_over != nullptr) ++passed_over->leavings[name.starts_with("._") ? "._*" : name];
    } else if (!name.starts_with('.')) {
      out.push_back(*it);
    }
    it.increment(error);
    if (error) unreadable(folder, error);
  }
  return out;
}

bool is_picture_file(const fs::directory_entry& entry) {
  std::error_code none;
  return has_picture_extension(entry.path().filename().string()) &&
         (entry.is_regular_file(none) || (entry.is_symlink(none) && !entry.exists(none)));
}

std::vector<std::string> list_pictures_below(const fs::path& folder, PassedOver* passed_over) {
  std::vector<FoundPicture> found;
  search(folder, "", found, passed_over);
  // Keras sorts the folders by their whole path, then each one's files: a, then a-b, then a/c, as "-" < "/".
  std::sort(found.begin(), found.end(),
            [](const FoundPicture& a, const FoundPicture& b) { return std::tie(a.folder, a.file) < std::tie(b.folder, b.file); });
  std::vector<std::string> names;
  for (const FoundPicture& f : found) names.push_back(f.folder.empty() ? f.file : f.folder + "/" + f.file);
  return names;
}

FileList list_class_folders(const fs::path& folder, bool allow_empty_class) {
  constexpr auto remedy = "a folder per class is wanted, with pictures inside: cat/*.jpg, dog/*.jpg";
  std::error_code none;
  if (!fs::exists(folder, none)) throw Error(ExitCode::usage, missing_path(folder), "check data.path");
  if (!fs::is_directory(folder, none)) throw Error(ExitCode::usage, fmt::format("{} is not a folder", folder.string()), remedy);
  FileList list;
  list.root = folder;
  std::size_t pictures_beside = 0;
  for (const fs::directory_entry& entry : folder_entries(folder, &list.passed_over)) {
    if (entry.is_directory(none)) list.class_names.push_back(entry.path().filename().string());
    pictures_beside += is_picture_file(entry) ? 1 : 0;
  }
  if (pictures_beside > 0) list.passed_over.files["beside the class folders"] = pictures_beside;
  std::sort(list.class_names.begin(), list.class_names.end());
  if (list.class_names.empty() && pictures_beside > 0)
    throw Error(ExitCode::usage, fmt::format("no class folders in {}, but {} pictures", folder.string(), pictures_beside),
                fmt::format("where they are named cat.0.jpg, dog.0.jpg: 'cnnbench data import {} data/catdog' sorts them; else {}",
                            folder.string(), remedy));
  if (list.class_names.empty()) throw Error(ExitCode::usage, fmt::format("no class folders in {}", folder.string()), remedy);
  for (std::size_t label = 0; label < list.class_names.size(); ++label) {
    const std::string& name = list.class_names[label];
    const std::vector<std::string> files = list_pictures_below(folder / name, &list.passed_over);
    if (files.empty() && !allow_empty_class)
      throw Error(ExitCode::usage, fmt::format("no pictures in the class folder {}", (folder / name).string()),
                  fmt::format("put pictures there ({}) or remove the folder", picture_extensions()));
    for (const std::string& file : files) {
      list.names.push_back(name + "/" + file);
      list.labels.push_back(static_cast<std::int64_t>(label));
    }
  }
  return list;
}

void read_picture_file(const fs::path& path, const std::string& name, Bytes& out) {
  constexpr std::int64_t most = std::int64_t{1} << 30;
  const auto fail = [&](const std::string& why) {
    throw Error(ExitCode::failed, fmt::format("{}: {}", name, why), "remove or replace the file, or set data.on_bad_image=skip");
  };
  const auto system = [&] { fail(fmt::format("cannot read {}: {}", path.string(), std::strerror(errno))); };
  struct File {
    int descriptor;
    ~File() {
      if (descriptor >= 0) close(descriptor);
    }
  } const file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};  // non-blocking: a pipe must not hang
  if (file.descriptor < 0) system();
  struct stat info {};
  if (fstat(file.descriptor, &info) != 0) system();
  if (!S_ISREG(info.st_mode)) fail("not a regular file");
  if (info.st_size > most) fail(fmt::format("too large: {} bytes", info.st_size));
  out.resize(static_cast<std::size_t>(info.st_size));
  for (std::size_t done = 0; done < out.size();) {
    const ssize_t n = read(file.descriptor, out.data() + done, out.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) system();
    if (n == 0) fail("became shorter while it was read");
    done += static_cast<std::size_t>(n);
  }
}

}  // namespace cnnbench
