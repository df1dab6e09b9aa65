#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>

#include "cnnbench/cli/changed_results.hpp"
#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/full_screen.hpp"
#include "cnnbench/cli/output_options.hpp"
#include "cnnbench/cli/quantities.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/core/whole_number.hpp"
#include "cnnbench/measure/grid.hpp"
#include "cnnbench/report/images.hpp"
#include "cnnbench/report/projection_drawing.hpp"
#include "cnnbench/results/projection.hpp"
#include "cnnbench/results/scaling_source.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

struct ProjectCommandOptions {
  std::string result, ranks = "1-64*2", bandwidth, latency, node_bandwidth, node_latency, algorithm = "auto", variation,
                      overlap = "auto";
  std::string format = "text", file;
  std::vector<std::string> base;
  int ranks_per_node = 1;
  double batch = 0, faster = 1;
  bool strong = false, json = false;
};

std::vector<int> ranks_of(const std::string& text) {
  constexpr int most = 1'000'000;
  std::vector<int> out;
  for (const std::string& item : axis_values(text)) {
    const std::optional<int> ranks = whole_number(item);
    if (!ranks || *ranks < 1 || *ranks > most)
      throw Error(ExitCode::usage, fmt::format("--ranks: '{}' is no number of ranks", item),
                  "from 1 to 1,000,000: 1,2,4 or 1-1024*2");
    out.push_back(*ranks);
  }
  return out;
}

// What an option says, else what was measured.
double said(const std::string& text, const char* option, double (*read)(const std::string&, const char*),
            std::optional<double> measured, std::vector<std::string>& missing) {
  if (!text.empty()) return read(text, option);
  if (!measured) missing.emplace_back(option);
  return measured.value_or(0);
}

Link link_of(const std::string& latency, const char* latency_option, const std::string& bandwidth, const char* bandwidth_option,
             const std::optional<Link>& measured, std::vector<std::string>& missing) {
  const auto of = [&](double Link::*part) { return measured ? std::optional((*measured).*part) : std::nullopt; };
  return {.latency = said(latency, latency_option, duration_seconds, of(&Link::latency), missing),
          .bandwidth = said(bandwidth, bandwidth_option, bytes_per_second, of(&Link::bandwidth), missing)};
}

// Only what so many ranks need is asked for. What ranks of one machine showed is its inside where a node is several ranks.
Interconnect network_of(const ProjectCommandOptions& o, const ScalingSource& source, int most_ranks) {
  const std::optional<Link> none, inside = source.hosts == 1 ? source.link : none;
  Interconnect net{.between = {}, .within = {}, .ranks_per_node = o.ranks_per_node};
  std::vector<std::string> missing;
  if (most_ranks > o.ranks_per_node)
    net.between = link_of(o.latency, "--latency", o.bandwidth, "--bandwidth",
                          source.hosts > 1 || o.ranks_per_node == 1 ? source.link : none, missing);
  if (most_ranks > 1 && o.ranks_per_node > 1)
    net.within = link_of(o.node_latency, "--node-latency", o.node_bandwidth, "--node-bandwidth", inside, missing);
  if (!missing.empty())
    throw Error(ExitCode::usage, fmt::format("the network between the ranks is not known: {}", fmt::join(missing, ", ")),
                "for example --latency 5us --bandwidth 25GB/s between nodes, --node-latency 2us --node-bandwidth 200GB/s within");
  return net;
}

std::string network_note(const Interconnect& net, int most_ranks) {
  const auto words = [](const Link& link, const char* whose) {
    return fmt::format("{} and {} {}", latency_text(link.latency), bandwidth_text(link.bandwidth), whose);
  };
  std::string text;
  if (most_ranks > net.ranks_per_node)
    text = words(net.between, net.ranks_per_node > 1 ? "a node (all its ranks together) between nodes" : "between ranks");
  if (most_ranks > 1 && net.ranks_per_node > 1)
    text += fmt::format("{}{}, {} ranks a node", text.empty() ? "" : "; ", words(net.within, "a rank within a node"),
                        net.ranks_per_node);
  return text.empty() ? "" : "network: " + text + "; nobody else uses it";
}

double batch_of(const ProjectCommandOptions& o, const ScalingSource& source) {
  const double usual = source.measured.back().pictures, batch = o.batch > 0 ? o.batch : usual;
  if (source.measured.size() > 1) return batch;
  const char* const remedy = "give a result of several batch sizes, as of bench -b 16,32,64";
  if (o.strong) throw Error(ExitCode::usage, "--strong needs to know how a step's time goes with its batch", remedy);
  if (batch != usual) throw Error(ExitCode::usage, fmt::format("--batch {}: measured was batch {} only", batch, usual), remedy);
  return batch;
}

Projection projection_of(const ProjectCommandOptions& o) {
  const std::vector<int> ranks = ranks_of(o.ranks);
  const int most = *std::max_element(ranks.begin(), ranks.end());
  ScalingChoice choice{.base = o.base, .faster = o.faster};
  if (!o.variation.empty()) choice.variation = typed_share(o.variation, "--variation");
  if (o.overlap != "auto") choice.hides_exchange = o.overlap == "on";
  const Results results = load_results({o.result});
  if (!results.damaged.empty()) throw Error(results.damaged.front());
  warn_of_changes(results.rows);
  ScalingSource source = scaling_source(results, choice);
  Projection out{.result = o.result, .work = source.work, .rank = source.rank, .question = {}, .rows = {}, .notes = source.notes};
  out.question.batch = batch_of(o, source);
  out.question.scaling = o.strong ? Scaling::strong : Scaling::weak;
  out.question.net = network_of(o, source, most);
  for (const auto& [algorithm, name] : EnumNames<Algorithm>::values)
    if (name == o.algorithm) out.question.algorithm = algorithm;
  for (const int n : ranks) out.rows.push_back(project(out.rank, out.question, n));
  double least = out.question.batch;
  for (const Projected& row : out.rows) least = std::min(least, row.pictures);
  if (source.measured.size() > 1 &&
      (least < source.measured.front().pictures || out.question.batch > source.measured.back().pictures))
    out.notes.push_back(fmt::format("batches of {} to {} pictures go beyond what was measured", least, out.question.batch));
  if (const std::string note = network_note(out.question.net, most); !note.empty()) out.notes.push_back(note);
  if (most > o.ranks_per_node && o.ranks_per_node == 1 && source.link && source.hosts == 1 &&
      (o.latency.empty() || o.bandwidth.empty()))
    out.notes.emplace_back("latency or bandwidth are those measured between the ranks of one machine");
  return out;
}

void write_projection(const Projection& p, const fs::path& file) {
  const std::string ending = file.extension().string();
  if (ending == ".svg")
    write_atomic(file, report::svg_document(report::projection_drawing(p)));
  else if (ending == ".png")
    write_atomic(file, report::png_of(report::projection_drawing(p)));
  else if (ending == ".json")
    write_atomic(file, json_text(projection_json(p)) + "\n");
  else
    write_atomic(file, ending == ".csv" ? projection_csv(p) : projection_markdown(p));
}

void project_command(const ProjectCommandOptions& o) {
  const std::string ending = fs::path(o.file).extension().string(), format = o.json ? "json" : o.format;
  if (!o.file.empty()) {
    const std::vector<std::string> known{".md", ".csv", ".json", ".svg", ".png"};
    if (std::find(known.begin(), known.end(), ending) == known.end())
      throw Error(ExitCode::usage, fmt::format("--export {}: no such format", o.file), "end it in .md, .csv, .json, .svg or .png");
    require_place_for(o.file);
  }
  const Projection p = projection_of(o);
  Console& console = Console::get();
  if (format == "json") {
    console.document(json_text(projection_json(p)));
  } else {
    std::string text = format == "csv"  ? projection_csv(p)
                       : format == "md" ? projection_markdown(p)
                                        : projection_table(p, isatty(STDOUT_FILENO) == 1 ? screen_size(STDOUT_FILENO).columns : 0);
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    format == "text" ? console.result(text) : console.document(text);
  }
  if (!o.file.empty()) write_projection(p, o.file);
}

}  // namespace

void add_project(CLI::App& app) {
  const auto o = std::make_shared<ProjectCommandOptions>();
  CLI::App* command = app.add_subcommand(
      "project", "how fast several ranks would train together: a model of what one does and what the network between them carries");
  command
      ->add_option("result", o->result,
                   "a run folder, result.json, or rows of bench (several batch sizes: for --strong and --batch)")
      ->required()
      ->type_name("RESULT");
  command->add_option("--ranks", o->ranks, "how many: 1,2,4 or 1-1024*2")->type_name("VALUES")->capture_default_str();
  command->add_option("--bandwidth", o->bandwidth, "between nodes, of a node, one direction: 25GB/s (bytes), 200Gbit/s (bits)")
      ->type_name("RATE");
  command->add_option("--latency", o->latency, "between nodes, of a message: 5us")->type_name("TIME");
  command->add_option("--ranks-per-node", o->ranks_per_node, "how many are on one machine")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_option("--node-bandwidth", o->node_bandwidth, "within a node, of a rank, one direction")->type_name("RATE");
  command->add_option("--node-latency", o->node_latency, "within a node, of a message")->type_name("TIME");
  command->add_flag("--strong", o->strong, "strong scaling: the batch is of all ranks together, and stays (default: of each rank)");
  command
      ->add_option("--batch", o->batch, "pictures of a step: of each rank, with --strong of all; without it: the largest measured")
      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--algorithm", o->algorithm, "of the allreduce; auto: the fastest for each bucket of gradients")
      ->check(CLI::IsMember({"auto", "ring", "tree", "hierarchical"}))
      ->capture_default_str();
  command->add_option("--overlap", o->overlap, "gradients are exchanged beside the backward pass; auto: on GPUs on, on CPUs off")
      ->check(CLI::IsMember({"auto", "on", "off"}))
      ->capture_default_str();
  command
      ->add_option("--faster", o->faster,
                   "what if a rank were so many times as fast as the measured one, as a GPU that nobody has yet measured")
      ->check(CLI::Range(1e-3, 1e6))
      ->capture_default_str();
  command
      ->add_option("--variation", o->variation,
                   "of a step's time from rank to rank, standard deviation (default: of the run's windows)")
      ->type_name("PERCENT");
  command->add_option("--base", o->base, "which cells of a file: --base loader.workers=1; again for more")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->add_option("-o,--output", o->format, "what stdout gets")
      ->check(CLI::IsMember({"text", "md", "csv", "json"}))
      ->capture_default_str();
  command->add_flag("--json", o->json, "short for -o json: one document");
  command->add_option("--export", o->file, "also to this file: .md, .csv, .json, or as a chart .svg, .png")->type_name("FILE");
  command->callback([o] { project_command(*o); });
}

}  // namespace cnnbench
