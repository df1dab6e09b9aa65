// The keys of a config as a page for people (docs/config.md), from the same field lists as the schema.
#pragma once

#include <string>

namespace cnnbench {

std::string config_page();  // Markdown

}  // namespace cnnbench
