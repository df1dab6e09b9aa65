// One function per command; each adds its sub-command to the app, its callback does the work or throws Error.
#pragma once

namespace CLI {
class App;
}

namespace cnnbench {

void add_train(CLI::App& app);
void add_predict(CLI::App& app);
void add_preview(CLI::App& app);
void add_summary(CLI::App& app);
void add_config(CLI::App& app);
void add_data(CLI::App& app);
void add_data_stats(CLI::App& data);
void add_info(CLI::App& app);
void add_bench(CLI::App& app);
void add_compare(CLI::App& app);
void add_project(CLI::App& app);
void add_verify(CLI::App& app);
void add_tune(CLI::App& app);
void add_report(CLI::App& app);
void add_schema(CLI::App& app);
void add_completion(CLI::App& app);
void add_man(CLI::App& app);

}  // namespace cnnbench
