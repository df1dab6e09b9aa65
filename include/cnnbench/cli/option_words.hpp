// An option of a command in words, the same in --help and in the man pages: what is typed for its value, and what it does with its
// default, its range, and what it goes with.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class Option;
}

namespace cnnbench {

bool is_named(const CLI::Option&);  // -x or --xyz; an option may be a plain word too

// The plain word that stands for it: "CONFIG", "FILES..." where several may. Empty: it is none.
std::string argument_of(const CLI::Option&);

// {"fail", "pass"} of "TEXT:{fail,pass}", which CLI11's IsMember writes into the name of a type; none where anything goes.
std::vector<std::string> choices_of(const CLI::Option&);

// "FILE", "text|json", "N" for a number; empty: a flag.
std::string value_of(const CLI::Option&);

// "pictures (default: 6; 1 to 10000); not with --replay"
std::string meaning_of(const CLI::Option&);

}  // namespace cnnbench
