#include "cnnbench/results/projection.hpp"

#include <fmt/format.h>

#include "cnnbench/core/document.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

std::optional<double> percent_of(std::optional<double> share) { return share ? std::optional(100 * *share) : std::nullopt; }

double share_of_step(double seconds, const Projected& p) { return 100 * seconds / p.step_seconds(); }

}  // namespace

template <>
struct Fields<Bucket> {
  static constexpr std::string_view name = "bucket", text = "A piece of the gradients, exchanged at once.";
  static void of(auto& b, auto&& field) {
    field("bytes", b.bytes, "Of gradients.", not_negative);
    field("ready", b.ready, "Share of the backward pass that is done when they are there.", share);
  }
};

template <>
struct Fields<Link> {
  static constexpr std::string_view name = "link", text = "A message of n bytes takes latency + n / bandwidth.";
  static void of(auto& l, auto&& field) {
    field("latency_seconds", l.latency, "Of one message.", not_negative);
    field("bandwidth_bytes_per_second", l.bandwidth, "One direction; 0: not asked for.", not_negative);
  }
};

template <>
struct Fields<Interconnect> {
  static constexpr std::string_view name = "interconnect", text = "The network between ranks.";
  static void of(auto& n, auto&& field) {
    field("ranks_per_node", n.ranks_per_node, "On one machine.", at_least_1);
    field("between", n.between, "Nodes; the bandwidth is of all ranks of a node together.");
    field("within", n.within, "A node; the bandwidth is a rank's.");
  }
};

template <>
struct Fields<RankWork> {
  static constexpr std::string_view name = "rank_work", text = "What one rank does in a step, and what of it is assumed (notes).";
  static void of(auto& w, auto&& field) {
    field("fixed_seconds", w.step.fixed, "Of a step by itself, whatever its batch.", not_negative);
    field("seconds_per_picture", w.step.per_picture, "Beside that; 0: one batch size was measured.", not_negative);
    field("backward_share", w.backward_share, "Of the step.", share);
    field("variation", w.variation, "Of a step's time, standard deviation / mean.", not_negative);
    field("hides_exchange", w.hides_exchange, "Gradients are exchanged beside the backward pass.");
    field("buckets", w.buckets, "In the order in which the backward pass has them.");
  }
};

template <>
struct Fields<Projected> {
  static constexpr std::string_view name = "projected", text = "One number of ranks.";
  static void of(auto& p, auto&& field) {
    field("ranks", p.ranks, "How many train together.", at_least_1);
    field("batch_per_rank", p.pictures, "Pictures of a step; where ranks have unequal parts: the largest.", not_negative);
    field("step_seconds", p.step_seconds(), "compute + stragglers + exposed.", not_negative);
    field("compute_seconds", p.compute_seconds, "A rank's step by itself.", not_negative);
    field("straggler_seconds", p.straggler_seconds, "Waiting for the slowest rank.", not_negative);
    field("exposed_seconds", p.exposed_seconds, "Waiting for gradients, beyond that.", not_negative);
    field("exchange_seconds", p.exchange_seconds, "The exchange, hidden or not.", not_negative);
    field("hidden_pct", percent_of(p.hidden_share()), "Of the exchange, beside the backward pass, percent. null: none.", percent);
    field("exposed_pct", share_of_step(p.exposed_seconds, p), "Of the step, percent.", percent);
    field("straggler_pct", share_of_step(p.straggler_seconds, p), "Of the step, percent.", percent);
    field("allreduce", allreduce_text(p), "Which: ring, tree, hierarchical, or several; empty: none.");
    field("images_per_second", p.images_per_second, "Of all ranks.", not_negative);
    field("efficiency", p.efficiency, "images_per_second / (ranks times that of one rank by itself).", not_negative);
  }
};

template <>
struct Fields<Projection> {
  static constexpr std::string_view name = "project", text = "How fast several ranks would train, by a model (docs/scaling.md).";
  static constexpr int version = 1;
  static void of(auto& p, auto&& field) {
    field("result", p.result, "As it was named.");
    field("work", p.work, "What was measured.");
    field("scaling", p.question.scaling, "weak: each rank has `batch` pictures a step; strong: all ranks together.");
    field("batch", p.question.batch, "Pictures.", positive);
    field("interconnect", p.question.net, "The network between ranks.");
    field("algorithm", p.question.algorithm, "That was asked for. null: the fastest for each bucket.");
    field("rank", p.rank, "What one rank does.");
    field("notes", p.notes, "What is assumed.");
    field("rows", p.rows, "By number of ranks, as asked.");
  }
};

Json projection_json(const Projection& p) { return document(p); }
Json projection_schema() { return document_schema<Projection>("cnnbench project --json"); }

std::string projection_csv(const Projection& p) {
  std::string out, names;
  const Projected none;
  Fields<Projected>::of(none, [&](const char* name, auto&&...) { names += fmt::format("{}{}", names.empty() ? "" : ",", name); });
  out = names + "\r\n";
  for (const Projected& row : p.rows) {
    std::string line;
    const Json cells = document(row);
    for (const auto& [name, value] : cells.items()) {
      const std::string text = cell_text(value);
      line += (line.empty() ? "" : ",") + (text.find(',') == std::string::npos ? text : '"' + text + '"');
    }
    out += line + "\r\n";
  }
  return out;
}

}  // namespace cnnbench
