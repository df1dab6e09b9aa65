#include "page_style.hpp"

#include <fmt/format.h>

#include "svg.hpp"

namespace cnnbench::report {

// Dark is for screens only: paper is white.
std::string page_rules() {
  return fmt::format(":root{{color-scheme:light dark;{}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{}}}}}\n",
                     ink_variables(false), ink_variables(true)) +
         R"(*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
header,main,footer{max-width:1180px;margin:0 auto;padding:0 16px}
h1{font-size:1.7rem;line-height:1.2;margin:1.6rem 0 .3rem}
h2{font-size:1.25rem;line-height:1.3;margin:0 0 .4rem}
td,th,caption{overflow-wrap:break-word}
h1,h2,p,li,.long{overflow-wrap:anywhere}
p{margin:.4rem 0;max-width:75ch}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.muted,footer{color:var(--muted);font-size:.9rem}
footer{padding-top:1rem;padding-bottom:2rem}
.answer{background:var(--panel);border-left:5px solid var(--s0);border-radius:4px;padding:.7rem 1rem;margin:1rem 0}
.answer h2{font-size:1.05rem}
.answer p{margin:.25rem 0}
.answer .first{font-size:1.15rem;font-weight:600}
.answer .note{color:var(--warning)}
.claim{border-left:5px solid var(--s5);padding:.2rem 0 .2rem 1rem;margin:1.1rem 0}
.claim h3{font-size:1rem;line-height:1.35;margin:0 0 .3rem;overflow-wrap:anywhere}
.claim dl{display:grid;grid-template-columns:1fr 1fr 10.5rem;gap:.3rem 1.5rem;margin:0}
.claim dt{color:var(--muted);font-size:.8rem}
.claim dd{margin:0;overflow-wrap:anywhere}
.claim .verdict{font-weight:600}
.is-agrees{border-color:var(--s2)}
.is-agrees-in-direction{border-color:var(--s0)}
.is-differs{border-color:var(--s1)}
.is-higher,.is-lower{border-color:var(--s3)}
.is-not-shown{border-left-style:dotted}
.is-not-measured{border-left-style:dashed}
#story .first{font-size:1.15rem;font-weight:600}
.sheet{display:block;max-width:100%;height:auto;margin:.6rem 0}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;margin:1rem 0;padding:0}
section{border-top:1px solid var(--grid);margin-top:2rem;padding-top:1.4rem}
figure{margin:1rem 0}
.scroll{overflow:auto}
.tall{max-height:26rem}
svg.chart{display:block;max-width:100%;height:auto;margin:.6rem 0}
svg.broad{max-width:none}
.narrow{display:none!important}
@media screen and (max-width:700px){.wide{display:none!important}.narrow{display:block!important}.wrap{max-width:32rem}.claim dl{grid-template-columns:1fr}}
table{border-collapse:collapse;font-size:.83rem;line-height:1.35;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:.4rem 0}
caption span{display:inline-block;position:sticky;left:0;max-width:calc(100vw - 40px)}
th,td{text-align:left;vertical-align:top;padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--grid)}
thead th{border-bottom:2px solid var(--muted);vertical-align:bottom}
tbody th{font-weight:400;min-width:7rem}
td.n,th.n{text-align:right}
td.n{white-space:nowrap}
td.long,th.long{min-width:14rem}
td.mid{min-width:8rem}
td.brief{white-space:nowrap}
.notes{list-style:none;margin:.5rem 0 0;padding:0;font-size:.85rem;color:var(--warning)}
@media print{
@page{margin:14mm}
body{font-size:11pt}
header,main,footer{max-width:none;padding:0}
nav{display:none}
section{margin-top:1rem;padding-top:.8rem}
@page broad{size:landscape}
#cells{page:broad}
section[id^=figure]:not(.points){break-before:page}
h2,caption{break-after:avoid}
svg.chart,.answer,.claim,.sheet,.points,tr{break-inside:avoid}
.scroll,.tall{overflow:visible;max-height:none}
.points .tall tr:nth-child(n+11){display:none}
.points .tall::after{content:"The rows after these are in the page, not on paper.";font-size:.85rem;color:var(--muted)}
caption span{max-width:none}
table{font-size:7.5pt}
th,td{padding-right:.4rem}
th.long,td.mid,tbody th{min-width:0}
td.long{min-width:10rem}
}
)";
}

}  // namespace cnnbench::report
