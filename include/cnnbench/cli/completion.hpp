// What may stand next on a command line, from the definitions that also parse it. The shells' scripts ask the program itself
// (`cnnbench complete-words -- WORDS`), so that they can't know less or other things than it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace cnnbench {

struct Candidate {
  std::string word;  // the whole word that is completed, not its rest; ends in '=' or ',' where more of it follows
  std::string what;  // a few words on it; may be empty
};

struct Completion {
  std::vector<Candidate> candidates;
  bool files = false;  // the shell shall offer names of files too
};

// `words`: what stands after `cnnbench` up to the cursor; the last one is being written and may be empty.
Completion complete(const CLI::App& app, const std::vector<std::string>& words);

// A line per candidate, its words behind a tab; at the end the line ":files" where files are to be offered.
std::string completion_text(const Completion&);

// Whether `arguments` (without the program's name) are a script's question, `complete-words -- WORDS`, which then is answered on
// stdout. No command of the parser's: it would look for its own options among the words.
bool answer_shell(const CLI::App& app, const std::vector<std::string>& arguments);

// bash, zsh, fish: what the shell is to read. Empty for any other.
std::string_view completion_script(std::string_view shell);

}  // namespace cnnbench
