// What each shell reads. The work is the program's; these pass on the words and show the answer.
#include "cnnbench/cli/completion.hpp"

namespace cnnbench {
namespace {

// bash cuts words at '=' and ':' too: they are put together again, and what stands before the last of them is not offered twice.
constexpr std::string_view bash = R"script(# bash completion for cnnbench; made by: cnnbench completion bash
_cnnbench() {
  local program=${COMP_WORDS[0]} words=() glue= word i
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ ${#words[@]} -gt 0 && ( $glue || $word == [=:]* ) ]]; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
    glue=
    [[ $word == *[=:] ]] && glue=yes
  done
  local current=${words[${#words[@]} - 1]} line files= cut=
  [[ $COMP_WORDBREAKS == *=* && $current == *[=:]* ]] && cut=${current%"${current##*[=:]}"}
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      files=yes
    else
      line=${line%%$'\t'*}
      COMPREPLY+=("${line#"$cut"}")
    fi
  done < <("$program" complete-words -- "${words[@]}" 2>/dev/null)
  if [[ $files ]]; then
    local rest=${current#"$cut"}
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$rest")
  elif [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=,] ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -F _cnnbench cnnbench
)script";

constexpr std::string_view zsh = R"script(#compdef cnnbench
# zsh completion for cnnbench; made by: cnnbench completion zsh
_cnnbench() {
  local line word files=
  local -a candidates shown open open_shown
  for line in "${(@f)$(${words[1]} complete-words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == :files ]]; then
      files=yes
    elif [[ -n $line ]]; then
      word=${line%%$'\t'*}
      if [[ $word == *[=,] ]]; then
        open+=("$word") open_shown+=("${line/$'\t'/  -- }")
      else
        candidates+=("$word") shown+=("${line/$'\t'/  -- }")
      fi
    fi
  done
  (( $#candidates )) && compadd -l -d shown -a candidates
  (( $#open )) && compadd -l -S '' -d open_shown -a open
  [[ -n $files ]] && _files
}
if [[ $funcstack[1] == _cnnbench ]]; then _cnnbench "$@"; else compdef _cnnbench cnnbench; fi
)script";

constexpr std::string_view fish = R"script(# fish completion for cnnbench; made by: cnnbench completion fish
function __cnnbench_words
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -l current (commandline -ct)
    for line in ($program complete-words -- $words "$current" 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c cnnbench -f -a '(__cnnbench_words)'
)script";

}  // namespace

std::string_view completion_script(std::string_view shell) {
  if (shell == "bash") return bash;
  if (shell == "zsh") return zsh;
  if (shell == "fish") return fish;
  return {};
}

}  // namespace cnnbench
