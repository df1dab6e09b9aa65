// `cnnbench data make|import|bench|check` (stats: data_stats.cpp): results on stdout, progress on stderr.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/experiment_options.hpp"
#include "cnnbench/cli/output_options.hpp"
#include "cnnbench/cli/progress.hpp"
#include "cnnbench/cli/schemas.hpp"
#include "cnnbench/core/document.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/data/dataset.hpp"
#include "cnnbench/data/drawn.hpp"
#include "cnnbench/data/import.hpp"
#include "cnnbench/data/places.hpp"
#include "cnnbench/measure/loader_speed.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

void list_bad(const std::vector<SkippedPicture>& bad) {
  for (const SkippedPicture& b : bad) Console::get().result(fmt::format("bad: {}: {}", b.name, b.reason));
}

void make(const DrawnSet& set, const std::string& out) {
  const fs::path folder = out.empty() ? place_of_drawn(set) : fs::path(out);
  if (!out.empty() && fs::exists(folder))
    throw Error(ExitCode::usage, fmt::format("{} exists already", out), "remove it, or name another folder");
  const bool there = fs::exists(folder);
  make_drawn(folder, set, show_progress("drawing"));
  Console::get().result(fmt::format("{} {}: {} training and {} validation pictures", there ? "already in" : "drawn in",
                                    folder.string(), set.train, set.validation));
}

void import(const std::string& source, const std::string& destination, const ImportOptions& options) {
  const ImportReport report = import_pictures(source, destination, options, show_progress("checking"));
  for (const ImportedClass& c : report.classes)
    Console::get().result(
        fmt::format("{}: {} for training, {} for validation, {} left over", c.name, c.train, c.validation, c.left_over));
  for (const std::string& note : report.notes) Console::get().result("note: " + note);
  list_bad(report.bad);
  Console::get().result(fmt::format("{} pictures are bad and were left out", report.bad.size()));
}

struct BadPicture {
  std::string file, reason;
};
struct CheckDocument {
  std::string path;
  CheckReport report;
};
struct SpeedDocument {
  Experiment experiment;
  LoaderSpeed speed;
};

}  // namespace

template <>
struct Fields<Spread> {
  static constexpr std::string_view name = "spread", text = "Of the good pictures.";
  static void of(auto& s, auto&& field) {
    field("min", s.min, "Smallest, pixels.", not_negative);
    field("median", s.median, "Pixels.", not_negative);
    field("max", s.max, "Largest, pixels.", not_negative);
  }
};

template <>
struct Fields<CheckedClass> {
  static constexpr std::string_view name = "class", text = "A folder of pictures.";
  static void of(auto& c, auto&& field) {
    field("split", c.split, "train, validation; empty for one folder of class folders.");
    field("class", c.name, "Its name.");
    field("pictures", c.pictures, "In it.", not_negative);
    field("bad", c.bad, "Of them.", not_negative);
  }
};

template <>
struct Fields<BadPicture> {
  static constexpr std::string_view name = "bad_picture", text = "One that cannot be decoded.";
  static void of(auto& b, auto&& field) {
    field("file", b.file, "Its file.");
    field("reason", b.reason, "Why.");
  }
};

template <>
struct Fields<CheckDocument> {
  static constexpr std::string_view name = "data_check", text = "What is in a data set, every picture decoded.";
  static constexpr int version = 1;
  static void of(auto& d, auto&& field) {
    std::vector<BadPicture> bad, warned;
    for (const SkippedPicture& b : d.report.bad) bad.push_back({b.name, b.reason});
    for (const SkippedPicture& w : d.report.warned) warned.push_back({w.name, w.reason});
    field("path", d.path, "The folder.");
    field("pictures", d.report.pictures, "In it.", not_negative);
    field("bytes", d.report.bytes, "Of the good ones.", not_negative);
    field("width", d.report.width, "Of the good ones.");
    field("height", d.report.height, "Of the good ones.");
    field("formats", d.report.formats, "How many pictures of each.", not_negative);
    field("classes", d.report.classes, "By split.");
    field("bad", std::vector<BadPicture>(bad), "Those that cannot be decoded.");
    field("bad_kinds", d.report.bad_kinds, "How many of each kind, the most frequent first.", not_negative);
    field("warned", std::vector<BadPicture>(warned), "The decoder complained, but every pixel is there: they are read.");
    field("exif_turned", d.report.turned, "Whose EXIF orientation is not upright: data.exif=apply turns them.", not_negative);
    field("left_out", d.report.passed_over.files, "Files that are not read, by the end of their names.", not_negative);
    field("passed_over", d.report.passed_over.leavings, "What archivers, file managers and file servers leave behind.",
          not_negative);
    field("notes", d.report.notes, "Which folders were taken, and which are not used.");
    field("problems", d.report.problems, "What training would stop at, beside bad pictures.");
  }
};

template <>
struct Fields<SpeedDocument> {
  static constexpr std::string_view name = "data_bench", text = "The speed of the input pipeline alone: nobody trains.";
  static constexpr int version = 2;  // config_name was config, pipeline_only_ips was images_per_second
  static void of(auto& d, auto&& field) {
    auto& s = d.speed;
    field("config_name", d.experiment.name, "Of the config.");
    field("batch_size", d.experiment.loader.batch_size, "Pictures a batch.", at_least_1);
    field("image_size", std::array<int, 2>{s.size.height, s.size.width}, "Height and width in a batch, pixels.", not_negative);
    field("workers", s.workers, "Threads that decode and augment, as resolved.", not_negative);
    field("cache", s.cache, "As resolved.");
    field("backend", d.experiment.augment.backend, "What pictures were warped with.");
    field("first_pass_ips", s.first_pass_ips, "Images per second with empty caches.", not_negative);
    field("pipeline_only_ips", s.pipeline_only_ips, "Of the passes after the first; nobody trains.", not_negative);
    field("pictures", s.pictures, "In those.", not_negative);
    field("seconds", s.seconds, "Of those.", not_negative);
    field("read_us", s.read_us, "One worker's microseconds per picture, in those.", not_negative);
    field("decode_us", s.decode_us, "Likewise.", not_negative);
    field("augment_us", s.augment_us, "Likewise.", not_negative);
  }
};

nlohmann::ordered_json data_check_schema() { return document_schema<CheckDocument>("cnnbench data check --json"); }
nlohmann::ordered_json data_bench_schema() { return document_schema<SpeedDocument>("cnnbench data bench --json"); }

namespace {

std::string check_text(const CheckReport& report) {
  std::string text;
  const auto line = [&](const std::string& words) { text += words + "\n"; };
  for (const CheckedClass& c : report.classes)
    line(fmt::format("{}{}{}: {} pictures, {} bad", c.split, c.split.empty() ? "" : "/", c.name, c.pictures, c.bad));
  for (const auto& [format, count] : report.formats) line(fmt::format("{}: {}", format, count));
  line(fmt::format("width {} to {} (median {}), height {} to {} (median {}), {:.1f} KB a picture", report.width.min,
                   report.width.max, report.width.median, report.height.min, report.height.max, report.height.median,
                   static_cast<double>(report.bytes) / 1000 /
                       static_cast<double>(std::max<std::size_t>(1, report.pictures - report.bad.size()))));
  for (const std::string& note : report.notes) line("note: " + note);
  for (const std::string& note : report.passed_over.notes()) line("note: " + note);
  if (report.turned > 0)
    line(fmt::format("{} pictures were taken sideways or upside down, as their EXIF data say: data.exif=apply turns them",
                     report.turned));
  if (!report.warned.empty())
    line(fmt::format("{} with warnings, though every pixel is there (they are read):", report.warned.size()));
  for (const SkippedPicture& w : report.warned) line(fmt::format("warning: {}: {}", w.name, w.reason));
  for (const auto& [kind, count] : report.bad_kinds) line(fmt::format("bad: {} x {}", count, kind));
  for (const SkippedPicture& b : report.bad) line(fmt::format("bad: {}: {}", b.name, b.reason));
  for (const std::string& problem : report.problems) line("problem: " + problem);
  text.pop_back();
  return text;
}

void check(const std::string& path, const OutputOptions& output) {
  output.check();
  const fs::path folder = resolve_data_path(path);
  const CheckReport report = check_pictures(folder, show_progress("decoding"));
  output.put([&] { return check_text(report); }, [&] { return document(CheckDocument{folder.string(), report}); });
  if (report.pictures == 0)
    throw Error(ExitCode::failed, fmt::format("no pictures in {}", folder.string()), "a folder per class is wanted");
  if (!report.bad.empty())
    throw Error(ExitCode::failed, fmt::format("{} of {} pictures are bad", report.bad.size(), report.pictures),
                "remove them, or set data.on_bad_image=skip");
  if (!report.problems.empty()) throw Error(ExitCode::failed, report.problems.front(), "see 'problem' above");
}

std::string loader_text(const Experiment& e, const LoaderSpeed& s) {
  return fmt::format(
      "{}: {} workers, cache {}, batch {}, {}x{}, no training\n"
      "first pass: {} images/s\n"
      "later passes: {} images/s ({} pictures in {:.1f} s)\n"
      "one worker's time per picture: read {:.1f} us, decode {:.1f} us, augment {:.1f} us ({})",
      e.name, s.workers, name_of(s.cache), e.loader.batch_size, s.size.width, s.size.height, speed_text(s.first_pass_ips),
      speed_text(s.pipeline_only_ips), s.pictures, s.seconds, s.read_us, s.decode_us, s.augment_us, name_of(e.augment.backend));
}

void bench(const ExperimentOptions& options, double seconds, const OutputOptions& output) {
  output.check();
  const Experiment e = options.load();
  const Splits splits = open_and_report_splits(e.data);
  const LoaderSpeed s = measure_loader(splits.train, e, seconds);
  output.put([&] { return loader_text(e, s); }, [&] { return document(SpeedDocument{e, s}); });
}

}  // namespace

void add_data(CLI::App& app) {
  CLI::App* data = app.add_subcommand("data", "draw, import, check, time or measure data sets");
  data->require_subcommand(1);

  CLI::App* make_app = data->add_subcommand("make", "draw cats and dogs as JPEG files");
  const auto set = std::make_shared<DrawnSet>();
  const auto out = std::make_shared<std::string>();
  make_app->add_option("--train", set->train, "training pictures, both classes together")
      ->capture_default_str()
      ->check(CLI::Range(2, 1'000'000));
  make_app->add_option("--validation", set->validation, "validation pictures")
      ->capture_default_str()
      ->check(CLI::Range(2, 1'000'000));
  make_app->add_option("--seed", set->seed, "another seed, other pictures")->capture_default_str();
  make_app->add_option("--out", *out, "folder to make (default: where data.kind=drawn looks)")->type_name("FOLDER");
  make_app->callback([set, out] { make(*set, *out); });

  CLI::App* import_app = data->add_subcommand("import", "sort a download into train/ and validation/, leaving bad files out");
  const auto source = std::make_shared<std::string>();
  const auto destination = std::make_shared<std::string>();
  const auto options = std::make_shared<ImportOptions>();
  import_app
      ->add_option("source", *source,
                   "unpacked folder: PetImages/{Cat,Dog}, cat.N.jpg and dog.N.jpg, or training_set/ and test_set/")
      ->required()
      ->type_name("FOLDER");
  import_app->add_option("destination", *destination, "folder to make, data/catdog for the shipped configs")
      ->required()
      ->type_name("FOLDER");
  import_app->add_option("--train", options->train, "training pictures per class")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  import_app->add_option("--validation", options->validation, "validation pictures per class")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  import_app->add_flag("--link", options->link, "symbolic links instead of copies");
  import_app->callback([source, destination, options] { import(*source, *destination, *options); });

  CLI::App* bench_app = data->add_subcommand("bench", "how fast the input pipeline is by itself, files to augmented batches");
  const auto experiment = std::make_shared<ExperimentOptions>();
  const auto seconds = std::make_shared<double>(5);
  const auto bench_output = std::make_shared<OutputOptions>();
  experiment->add_to(*bench_app);
  bench_app->add_option("--seconds", *seconds, "to measure at least, after the first pass")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 86400.0));
  bench_output->add_to(*bench_app);
  bench_app->callback([experiment, seconds, bench_output] { bench(*experiment, *seconds, *bench_output); });

  add_data_stats(*data);

  CLI::App* check_app = data->add_subcommand("check", "decode every picture; exit code 1 where one is bad");
  const auto path = std::make_shared<std::string>();
  const auto check_output = std::make_shared<OutputOptions>();
  check_app->add_option("path", *path, "folder of a data set")->required()->type_name("FOLDER");
  check_output->add_to(*check_app);
  check_app->callback([path, check_output] { check(*path, *check_output); });
}

}  // namespace cnnbench
