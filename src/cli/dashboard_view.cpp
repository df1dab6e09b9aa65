#include "cnnbench/cli/dashboard_view.hpp"

#include <fmt/format.h>

#include "cnnbench/cli/environment.hpp"
#include "cnnbench/core/safe_text.hpp"

namespace cnnbench {
namespace {

DashboardState state_of(const Experiment& e) {
  DashboardState state;
  state.name = safe_text(e.name);
  state.network = e.model.layers.empty() ? e.model.preset : fmt::format("{} layers of its own", e.model.layers.size());
  state.batch_size = e.loader.batch_size;
  return state;
}

}  // namespace

DashboardView::DashboardView(const Experiment& experiment)
    : state_(state_of(experiment)),
      look_(dashboard_look()),
      screen_([this](ScreenSize size) { return dashboard_lines(state_, size, look_); }) {}

void DashboardView::operator()(const Event& event) {
  screen_.update([&] {
    state_.take(event);
    state_.stopping = stop_signal() != 0;
  });
}

}  // namespace cnnbench
