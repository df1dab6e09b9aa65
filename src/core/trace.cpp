#include "cnnbench/core/trace.hpp"

#include <algorithm>
#include <chrono>

namespace cnnbench {
namespace {

constexpr int process = 0;  // not a real one: the lanes stand by themselves, above torch's

double microseconds(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1000; }

}  // namespace

std::int64_t Trace::now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void Trace::add(const std::string& lane, const char* name, std::int64_t begin, std::int64_t end, std::uint64_t batch) {
  if (!recording()) return;
  const std::lock_guard lock(mutex_);
  auto found = std::find(lanes_.begin(), lanes_.end(), lane);
  if (found == lanes_.end()) found = lanes_.insert(lanes_.end(), lane);
  spans_.push_back({static_cast<std::size_t>(found - lanes_.begin()), name, begin, end, batch});
}

nlohmann::ordered_json Trace::chrome_events(std::int64_t base) const {
  using Json = nlohmann::ordered_json;
  const std::lock_guard lock(mutex_);
  Json events = Json::array();
  const auto named = [](const char* what, std::size_t lane, const std::string& name) {
    return Json{{"ph", "M"}, {"name", what}, {"pid", process}, {"tid", lane}, {"ts", 0}, {"args", {{"name", name}}}};
  };
  events.push_back(named("process_name", 0, "cnnbench pipeline"));
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) events.push_back(named("thread_name", lane, lanes_[lane]));
  for (const Span& s : spans_)
    events.push_back({{"ph", "X"},
                      {"cat", "cnnbench"},
                      {"name", s.name},
                      {"pid", process},
                      {"tid", s.lane},
                      {"ts", microseconds(s.begin - base)},
                      {"dur", microseconds(s.end - s.begin)},
                      {"args", {{"batch", s.batch}}}});
  return events;
}

}  // namespace cnnbench
