// "~" and $VARIABLES in a path that no shell has read: in a config, or behind an equals sign.
#pragma once

#include <string>

namespace cnnbench {

// "~/pictures", "$HOME/pictures", "${DATA}/catdog" with what they stand for. What is not set stays as it is written.
std::string with_variables(const std::string& path);

// "the variable DATA is not set" of the first that stayed so; empty: none did.
std::string unset_variable(const std::string& path);

}  // namespace cnnbench
