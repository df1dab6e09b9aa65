// How the program talks to a person: results go to stdout, everything else to stderr. Knows whether stderr is a terminal,
// its width, and whether colour is wanted (NO_COLOR, --no-color, TERM=dumb). Not here: what is said.
#pragma once

#include <string>
#include <string_view>

namespace cnnbench {

enum class Loudness { quiet, normal, verbose };

struct ConsoleOptions {
  Loudness loudness = Loudness::normal;
  bool no_color = false;
  std::string rank{};  // "rank 1: " before its warnings and errors, where there are several
};

class Console {
 public:
  static Console& get();  // one process, one terminal
  void configure(const ConsoleOptions&);

  bool live() const { return live_ && options_.loudness != Loudness::quiet; }  // a line may be redrawn
  bool quiet() const { return options_.loudness == Loudness::quiet; }
  bool verbose() const { return options_.loudness == Loudness::verbose; }
  int columns() const;
  bool no_color() const;  // asked for with --no-color or NO_COLOR, wherever the output goes

  // stdout, each ends the line. What a person reads is safe(); a document (JSON, CSV) is as it is, but safe() on a terminal; and
  // pictures made of escape codes are written as they are.
  void result(std::string_view text);
  void document(std::string_view text);
  void picture(std::string_view text);
  void say(std::string_view text);                             // stderr, unless quiet; safe()
  void words(std::string_view text);                           // stderr, always; safe()
  void warn(std::string_view text);                            // stderr, "warning: ..."
  void error(std::string_view what, std::string_view remedy);  // stderr, always
  void redraw(std::string_view line);                          // the live line; where there is none, a line every 30 seconds
  void close_line();                                           // ends the live line, leaving it there
  // Empty: all that was to be on stdout is there. Asks the system, too, which may only now find that there is no room: call it
  // last.
  std::string lost_output();
  bool reader_left() const;  // stdout is a pipe that nobody reads any more: no fault of ours
  // safe_text() of each line, so that a file's name cannot move the cursor.
  static std::string safe(std::string_view text);

 private:
  Console();
  void print(std::string_view text);
  void write_out(std::string_view text);
  ConsoleOptions options_;
  bool live_ = false, colored_ = false, line_open_ = false;
  double last_words_ = 0;  // when something was written to stderr
  int output_error_ = 0;   // errno of the first write to stdout that failed; later ones are left
};

}  // namespace cnnbench
