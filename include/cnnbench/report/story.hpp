// A story told of other machines, set beside what was measured here: claims with the figures that others saw, each with the rows,
// runs or documents that it is measured by, from a JSON file (scripts/story.json; docs/story.md has its keys). The file says
// nothing of this machine: figures, verdicts and reasons are computed. Not here: measuring (scripts/story.sh), writing it out
// (page.hpp).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/fields.hpp"
#include "cnnbench/measure/statistics.hpp"

namespace cnnbench {

enum class FigureKind { value, ratio, difference, hours, files };
enum class Expected { nothing, less, more };
enum class Agreement { agrees, direction, differs, higher, lower, not_shown, measured, not_measured };

template <>
struct EnumNames<FigureKind> {
  static constexpr std::array values{
      std::pair{FigureKind::value, std::string_view{"value"}},           std::pair{FigureKind::ratio, std::string_view{"ratio"}},
      std::pair{FigureKind::difference, std::string_view{"difference"}}, std::pair{FigureKind::hours, std::string_view{"hours"}},
      std::pair{FigureKind::files, std::string_view{"files"}},
  };
};

template <>
struct EnumNames<Expected> {
  static constexpr std::array values{
      std::pair{Expected::nothing, std::string_view{"nothing"}},
      std::pair{Expected::less, std::string_view{"less"}},
      std::pair{Expected::more, std::string_view{"more"}},
  };
};

template <>
struct EnumNames<Agreement> {
  static constexpr std::array values{
      std::pair{Agreement::agrees, std::string_view{"agrees"}},
      std::pair{Agreement::direction, std::string_view{"agrees in direction"}},
      std::pair{Agreement::differs, std::string_view{"differs"}},
      std::pair{Agreement::higher, std::string_view{"higher"}},
      std::pair{Agreement::lower, std::string_view{"lower"}},
      std::pair{Agreement::not_shown, std::string_view{"not shown"}},
      std::pair{Agreement::measured, std::string_view{"measured"}},
      std::pair{Agreement::not_measured, std::string_view{"not measured"}},
  };
};

namespace report {

inline constexpr std::size_t most_sentence = 1000;  // characters that are shown of a claim's explanation

// Which rows of a file of bench, or runs of a folder; or which number of a JSON document. Names are relative to the working folder.
struct Pick {
  std::string file;
  std::vector<std::pair<std::string, std::string>> where{};  // "loader.workers" is "4": of the resolved config, or "device"
  std::string pointer{};                                     // JSON pointer of the number
  std::string count{};                                       // where that is a share: JSON pointer of how many it is a share of
};

// What a story's figure depends on, as far as it was told; what is empty was not.
struct Circumstances {
  std::string machine;  // in words
  std::string device;   // cpu, cuda
  std::string limit;    // how a verdict begins: input-bound, compute-bound
  std::optional<double> cores, pictures, epochs;
};

struct Claim {
  std::string experiment;
  std::string claimed;                    // the story's words
  std::optional<Interval> figure;         // its figure, or from where to where
  Expected expected = Expected::nothing;  // where it claimed no figure, but a direction
  Circumstances then;
  FigureKind kind = FigureKind::value;
  std::string field;  // of a row or a run, unless the pick is of a document: median_ips, gpu_util_pct, final_val_accuracy
  std::string unit;
  double factor = 1;  // makes that unit of the field's: 100 for per cent. hours: pictures that take so long
  std::optional<double>
      within;   // what still agrees: a share of the story's figure (0.15), in points (3) of per cent and differences
  Pick of, to;  // value: of; ratio: of / to; difference: of - to
  std::vector<std::string> files;
};

struct Sheet {
  std::string file, caption;
};

struct Story {
  std::string title, introduction;
  std::string machine;  // a file with what `cnnbench info --json` prints
  std::vector<Claim> claims;
  std::vector<Sheet> pictures;
};

// Throws Error(usage) naming the place of a fault.
Story read_story(const std::filesystem::path&);

// A claim beside what was measured.
struct CheckedClaim {
  std::string experiment, claimed;
  std::string here;              // "1.42 times (95 % interval 1.35 to 1.5): 851 against 600 images/s"
  std::optional<double> figure;  // of `here`
  Agreement agreement = Agreement::not_measured;
  std::string sentence;  // what agrees, and why the rest differs
  std::string details;   // how it was measured, what makes it doubtful
};

struct ShownSheet {
  std::string caption;
  std::vector<std::uint8_t> jpeg;  // empty: it could not be shown
  int width = 0, height = 0;
};

struct StoryReport {
  std::string title, introduction, machine, summary;
  std::vector<CheckedClaim> claims;
  std::vector<ShownSheet> pictures;
  std::vector<Error> damaged{};  // what is wrong with files that cannot be read
};

// Reads the files that the story names. One that is missing or damaged makes its claims "not measured".
StoryReport tell(const Story&);

// In the claim's unit. `interval`: 95 %; nothing where there are too few repetitions. `single`: a figure that has no repetitions,
// such as a mean utilization: of a value its bare figure counts then.
struct Measured {
  double figure = 0;
  std::optional<Interval> interval{};
  bool single = false;
};

// Pure: how a measured figure stands to a claimed one. An effect (a ratio, a difference) agrees where its interval shows it, in the
// claimed direction, and either holds the claimed figure or belongs to a figure near it; what holds "no effect" is not shown,
// whatever was told.
struct Assessment {
  Agreement agreement = Agreement::measured;
  std::string words;
};
Assessment assess(const Claim&, const Measured&);

}  // namespace report
}  // namespace cnnbench
