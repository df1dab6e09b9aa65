// How numbers are written for people: thousands apart, as "26,300".
#pragma once

#include <string>

namespace cnnbench {

// "-1234567.5" -> "-1,234,567.5"; the text is a number in plain decimal notation.
std::string grouped(std::string text);

}  // namespace cnnbench
