// A config file, and after zero bytes what is given as --set: an experiment, or a usage error that can be read.
#include <vector>

#include "cnnbench/config/load.hpp"
#include "cnnbench/model/plan.hpp"
#include "targets.hpp"

namespace cnnbench::fuzz {
namespace {

std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t end = text.find('\0'); end != std::string_view::npos; end = text.find('\0')) {
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  out.emplace_back(text);
  return out;
}

// Of a network that does not fit its pictures: likewise.
void plan(const Experiment& e) {
  try {
    const Plan planned = plan_network(e.model, e.data.image_size, 10);
    require(is_utf8(summary_table(planned)) && !summary_json(planned).dump().empty(), "a summary that is no text");
  } catch (const Error& error) {
    require_readable(error);
  }
}

}  // namespace

bool config(Input in) {
  static const std::string file = (shipped_configs().front().parent_path() / "fuzzed.json").string();
  const std::vector<std::string> parts = parts_of(text_of(in));
  try {
    Hints hints;
    const Experiment e =
        parse_experiment(parts.front(), file, {.sets = {parts.begin() + 1, parts.end()}, .environment = {}}, &hints);
    require(experiment_from_json(to_json(e)) == e, "a resolved config that is read otherwise");
    for (const std::string& hint : hints) require(is_utf8(hint), "a hint that is no text");
    plan(e);
    return true;
  } catch (const Error& error) {
    require(error.code() == ExitCode::usage, "a fault of a config that is no usage error");
    require_readable(error);
    return false;
  }
}

}  // namespace cnnbench::fuzz
