// What an exception says, in this program's words: the standard library's of a file ("filesystem error: cannot create directories:
// Permission denied [/a]") become "cannot use /a: Permission denied".
#pragma once

#include <exception>
#include <string>

namespace cnnbench {

std::string words_of(const std::exception&);

}  // namespace cnnbench
