#include "cnnbench/data/folder.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/utf8.hpp"
#include "cnnbench/data/decode.hpp"
#include "parallel.hpp"
#include "sources.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

FileList pick(const FileList& from, const std::vector<std::size_t>& indices) {
  FileList out{from.root, from.class_names, {}, {}, {}};
  for (const std::size_t i : indices) {
    out.names.push_back(from.names[i]);
    out.labels.push_back(from.labels[i]);
  }
  return out;
}

// Keras: of each class's n files, the first int(split * n) are for validation.
std::pair<FileList, FileList> split(const FileList& all, double fraction) {
  std::vector<std::size_t> train, validation;
  for (std::size_t first = 0; first < all.labels.size();) {
    const std::int64_t label = all.labels[first];
    const auto end = static_cast<std::size_t>(std::upper_bound(all.labels.begin(), all.labels.end(), label) - all.labels.begin());
    const auto middle = first + static_cast<std::size_t>(fraction * static_cast<double>(end - first));
    if (middle == first || middle == end)
      throw Error(
          ExitCode::usage,
          fmt::format("data.validation_split {} leaves class '{}' ({} pictures) without {} pictures", fraction,
                      all.class_names[static_cast<std::size_t>(label)], end - first, middle == first ? "validation" : "training"),
          "change data.validation_split, or give that class more pictures");
    for (std::size_t i = first; i < end; ++i) (i < middle ? validation : train).push_back(i);
    first = end;
  }
  return {pick(all, train), pick(all, validation)};
}

void check_same_classes(const FileList& train, const FileList& validation) {
  if (train.class_names == validation.class_names) return;
  const auto missing = [](const FileList& from, const FileList& in) {
    std::vector<std::string> names;
    std::set_difference(in.class_names.begin(), in.class_names.end(), from.class_names.begin(), from.class_names.end(),
                        std::back_inserter(names));
    return names.empty() ? std::string() : fmt::format("; {} lacks {}", from.root.string(), fmt::join(names, ", "));
  };
  throw Error(
      ExitCode::usage,
      fmt::format("the classes of training and validation differ{}{}", missing(train, validation), missing(validation, train)),
      "give both the same class folders");
}

// Decodes everything once, so that what is left out is known before the first epoch and is the same in each. Takes about as
// long as the first epoch's decoding would on all cores.
FileList without_bad(const FileList& files, const std::string& split, const DecodeOptions& options, ImageSize size,
                     std::vector<SkippedPicture>& skipped) {
  std::vector<std::string> reasons(files.names.size());
  for_each_parallel(files.names.size(), [&](std::size_t i) {
    thread_local Bytes stored, pixels;
    pixels.resize(size.bytes());
    try {
      read_picture_file(files.root / files.names[i], files.names[i], stored);
      decode_picture(stored, files.names[i], options, {pixels.data(), size});
    } catch (const Error& e) {
      reasons[i] = std::string(e.what()).substr(files.names[i].size() + 2);  // after "NAME: "
    }
  });
  std::vector<std::size_t> good, per_class(files.class_names.size());
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    if (!reasons[i].empty()) {
      skipped.push_back({split + files.names[i], reasons[i]});
      continue;
    }
    good.push_back(i);
    ++per_class[static_cast<std::size_t>(files.labels[i])];
  }
  for (std::size_t label = 0; label < per_class.size(); ++label)
    if (per_class[label] == 0)
      throw Error(ExitCode::usage, fmt::format("no readable picture in {}", (files.root / files.class_names[label]).string()),
                  fmt::format("'cnnbench data check {}' lists what is wrong with them", files.root.string()));
  return pick(files, good);
}

Dataset make_dataset(FileList files, const std::string& split, const DataConfig& config) {
  Dataset set;
  set.split = split;
  const DecodeOptions options{config.interpolation, config.decode, config.exif};
  set.size = config.image_size;
  if (config.on_bad_image == OnBadImage::skip) files = without_bad(files, split, options, set.size, set.skipped);
  set.class_names = files.class_names;
  set.labels = files.labels;
  set.names = files.names;
  const auto shared = std::make_shared<const FileList>(std::move(files));
  set.fetch = [shared, split](std::size_t i, Bytes& out) {
    read_picture_file(shared->root / shared->names.at(i), split + shared->names[i], out);
  };
  set.stored_size = [shared](std::size_t i) -> std::uint64_t {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(shared->root / shared->names.at(i), error);
    return error ? 0 : size;
  };
  if (config.on_bad_image == OnBadImage::error)
    set.look = [shared, split](std::size_t i) {
      return look_at_picture(shared->root / shared->names.at(i), split + shared->names[i]);
    };
  set.decode = [shared, split, options](std::size_t i, std::span<const std::uint8_t> stored, ImageSpan out) {
    decode_picture(stored, split + shared->names.at(i), options, out);
  };
  return set;
}

// "training_set/", as the user sees it below the folder that was named.
std::string relative_name(const fs::path& split, const fs::path& folder) { return split.lexically_relative(folder).string() + "/"; }

void require_two_classes(const FileList& list) {
  if (list.class_names.size() >= 2) return;
  throw Error(
      ExitCode::usage, fmt::format("{} has only one class, '{}'", list.root.string(), list.class_names.front()),
      "at least two class folders are wanted: cat/ and dog/; they, or train/ and validation/, are found up to two folders below "
      "data.path");
}

// A class's name goes into checkpoints and results, which are JSON: what is none there would come back as another name, and predict
// would find no truth.
void require_utf8(const std::string& name, const fs::path& folder) {
  if (is_utf8(name)) return;
  std::string shown;
  for (const char c : name)
    shown += static_cast<unsigned char>(c) < 0x80 ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  throw Error(ExitCode::usage, fmt::format("the class folder $'{}' in {} has a name that is not UTF-8", shown, folder.string()),
              fmt::format("rename it in both sets: mv {}/$'{}' {}/NEW_NAME", folder.string(), shown, folder.string()));
}

}  // namespace

std::vector<std::size_t> limit_evenly(const std::vector<std::int64_t>& labels, std::size_t classes, int limit, const char* key) {
  std::vector<std::size_t> available(classes), wanted(classes), kept;
  for (const std::int64_t label : labels) ++available[static_cast<std::size_t>(label)];
  if (limit > 0 && static_cast<std::size_t>(limit) < classes)
    throw Error(ExitCode::usage, fmt::format("{} = {} is below the number of classes ({})", key, limit, classes),
                fmt::format("set {} to at least {}, or to 0 for all pictures", key, classes));
  auto left = limit > 0 ? std::min(labels.size(), static_cast<std::size_t>(limit)) : labels.size();
  while (left > 0)
    for (std::size_t c = 0; c < classes && left > 0; ++c)
      if (wanted[c] < available[c]) {
        ++wanted[c];
        --left;
      }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    std::size_t& want = wanted[static_cast<std::size_t>(labels[i])];
    if (want == 0) continue;
    --want;
    kept.push_back(i);
  }
  return kept;
}

Splits open_folder(const DataConfig& config, const fs::path& folder) {
  const FolderLayout layout = folder_layout(folder);
  FileList train, validation;
  std::string train_split, validation_split;  // their names, where there are two
  if (!layout.validation.empty()) {
    if (config.validation_split > 0)
      throw Error(ExitCode::usage,
                  fmt::format("data.validation_split is set, but {} has validation pictures of its own ({}/)", folder.string(),
                              layout.validation.filename().string()),
                  fmt::format("set data.validation_split=0, or data.path={} to split that one", layout.train.string()));
    train = list_class_folders(layout.train);
    validation = list_class_folders(layout.validation);
    check_same_classes(train, validation);
    train_split = relative_name(layout.train, folder);
    validation_split = relative_name(layout.validation, folder);
  } else {
    const FileList all = list_class_folders(layout.train);
    require_two_classes(all);
    if (config.validation_split <= 0)
      throw Error(ExitCode::usage, fmt::format("{} has no validation pictures", folder.string()),
                  "set data.validation_split=0.2, or make a folder with train/ and validation/");
    std::tie(train, validation) = split(all, config.validation_split);
    train.passed_over = all.passed_over;
  }
  for (const std::string& name : train.class_names) require_utf8(name, layout.train);
  require_two_classes(train);
  const std::size_t classes = train.class_names.size();
  Splits splits;
  splits.notes = layout.notes;
  PassedOver passed_over = layout.passed_over;
  passed_over.add(train.passed_over);
  passed_over.add(validation.passed_over);
  for (std::string& note : passed_over.notes()) splits.notes.push_back(std::move(note));
  splits.train =
      make_dataset(pick(train, limit_evenly(train.labels, classes, config.limit_train, "data.limit_train")), train_split, config);
  splits.validation =
      make_dataset(pick(validation, limit_evenly(validation.labels, classes, config.limit_validation, "data.limit_validation")),
                   validation_split, config);
  splits.source = fmt::format("folder {}", folder.string());
  return splits;
}

namespace {
const RegisterKind folder_registered{
    {.kind = DataKind::folder,
     .classes = [](const DataConfig&) { return 0; },
     .open = [](const DataConfig& config, const fs::path& folder, const OpeningProgress&) { return open_folder(config, folder); },
     .files = "pictures",
     .how_to_get = "get the real ones with scripts/get_data.sh catdog, or set data.path",
     .instead = "; data.kind=drawn or 'cnnbench data make' draws some"}};
}  // namespace

}  // namespace cnnbench
