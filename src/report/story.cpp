#include "cnnbench/report/story.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "figures.hpp"
#include "story_sheet.hpp"
#include "story_verdict.hpp"

namespace cnnbench::report {
namespace {

namespace fs = std::filesystem;

// What makes one believe it less, whatever it says.
std::string doubts(const Claim& c, const Evidence& of, const Evidence& to) {
  std::vector<std::string> taints = of.taints;
  if (c.kind == FigureKind::ratio || c.kind == FigureKind::difference)
    taints.insert(taints.end(), to.taints.begin(), to.taints.end());
  std::sort(taints.begin(), taints.end());
  taints.erase(std::unique(taints.begin(), taints.end()), taints.end());
  if (taints.empty()) return "";
  return fmt::format("Note: {}.",
                     fmt::join(taints.begin(), taints.begin() + std::min<std::ptrdiff_t>(2, std::ssize(taints)), "; "));
}

std::string explained(const Claim& c, const Assessment& assessment, const Evidence& of, const Evidence& to) {
  if (assessment.agreement == Agreement::agrees || assessment.agreement == Agreement::measured) return assessment.words;
  const std::vector<std::string> reasons = reasons_of(c, of, to);
  if (reasons.empty() && assessment.agreement == Agreement::not_shown) return assessment.words;
  if (reasons.empty()) return assessment.words + " No circumstance that is on record explains it.";
  return fmt::format("{} What is different: {}.", assessment.words, fmt::join(reasons, "; "));
}

CheckedClaim files_claim(const Claim& claim) {
  CheckedClaim out{
      .experiment = claim.experiment, .claimed = claim.claimed, .here = "–", .figure = {}, .sentence = "", .details = ""};
  std::vector<std::string> gone;
  for (const std::string& file : claim.files)
    if (!fs::exists(file)) gone.push_back(file);
  out.agreement = gone.empty() ? Agreement::agrees : Agreement::not_measured;
  out.here = gone.empty() ? "shown below" : "–";
  out.sentence = gone.empty() ? "The same kinds of pictures, made by these runs, are on this page."
                              : fmt::format("Not made: {}.", fmt::join(gone, ", "));
  return out;
}

CheckedClaim claimed(const Claim& claim, StoryFiles& files) {
  if (claim.kind == FigureKind::files) return files_claim(claim);
  CheckedClaim out{
      .experiment = claim.experiment, .claimed = claim.claimed, .here = "–", .figure = {}, .sentence = "", .details = ""};
  const Evidence of = files.find(claim.of, claim.field),
                 to = claim.to.file.empty() ? Evidence{} : files.find(claim.to, claim.field);
  const std::optional<Measured> measured = measured_of(claim, of, to);
  if (!measured) {
    const std::string& why = of.why_not.empty() ? to.why_not : of.why_not;
    out.sentence = fmt::format("Not measured: {}.", why.empty() ? "a figure is 0" : why);
    return out;
  }
  const Assessment assessment = assess(claim, *measured);
  out.figure = measured->figure;
  out.agreement = assessment.agreement;
  out.here = here_of(claim, *measured, of, to);
  out.sentence = explained(claim, assessment, of, to);
  const std::string settings = settings_of(claim, of, to);
  out.details = joined(settings.empty() ? "" : fmt::format("Measured with {}.", settings), doubts(claim, of, to));
  return out;
}

// "30 claims, by verdict: agrees 12, ..."
std::string summary_of(const std::vector<CheckedClaim>& claims) {
  std::string out;
  for (const auto& [agreement, name] : EnumNames<Agreement>::values) {
    const auto n =
        std::count_if(claims.begin(), claims.end(), [wanted = agreement](const CheckedClaim& c) { return c.agreement == wanted; });
    if (n > 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, n);
  }
  return fmt::format("{} claims, by verdict: {}.", claims.size(), out);
}

}  // namespace

StoryReport tell(const Story& story) {
  StoryFiles files(story.machine);
  StoryReport out{.title = story.title,
                  .introduction = story.introduction,
                  .machine = files.machine(),
                  .summary = "",
                  .claims = {},
                  .pictures = {},
                  .damaged = {}};
  for (const Claim& claim : story.claims) out.claims.push_back(claimed(claim, files));
  out.summary = summary_of(out.claims);
  out.damaged = files.damaged();
  for (const Sheet& sheet : story.pictures) out.pictures.push_back(shown(sheet));
  return out;
}

}  // namespace cnnbench::report
