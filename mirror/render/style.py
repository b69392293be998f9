"""The style sheet of a readable page: Chinese typography first, a phone's width first.

Sources: W3C "Requirements for Chinese Text Layout" (clreq): 1.5 to 2 lines of leading, at most
about forty characters a line, punctuation that neither begins a line nor ends one (``line-break:
strict``), paragraphs indented or set apart, never both.
"""

PALETTE = """
:root{color-scheme:light dark;--paper:#fdfcfa;--ink:#1f1d1a;--quiet:#6b665e;--line:#e2ddd3;
--tint:#f4f1ea;--link:#0b57a4;--mark:#9a3b26}
@media (prefers-color-scheme:dark){:root{--paper:#171614;--ink:#e4e0d8;--quiet:#9d978c;
--line:#35322d;--tint:#211f1c;--link:#8ab8ee;--mark:#e08e78}}
"""

FONTS = """
:root{font-family:system-ui,-apple-system,"Segoe UI","PingFang SC","Hiragino Sans GB",
"Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC","Microsoft YaHei",sans-serif}
:lang(zh-Hant){font-family:system-ui,-apple-system,"Segoe UI","PingFang TC","Hiragino Sans CNS",
"Noto Sans CJK TC","Noto Sans TC","Source Han Sans TC","Microsoft JhengHei",sans-serif}
"""

PAGE = """
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font-size:1.0625rem;line-height:1.85;
overflow-wrap:anywhere;line-break:strict;text-autospace:normal;text-spacing-trim:trim-start;
hanging-punctuation:allow-end;-webkit-font-smoothing:antialiased}
a{color:var(--link);text-decoration-thickness:.06em;text-underline-offset:.22em;
text-decoration-color:color-mix(in srgb,currentcolor 40%,transparent)}
a:hover{text-decoration-color:currentcolor}
a:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:2px}
.about{background:var(--tint);border-bottom:1px solid var(--line);color:var(--quiet);
font-size:.8125rem;line-height:1.6;padding:.7rem max(1.15rem,calc((100% - 40rem)/2 + 1.15rem))}
.about p{margin:0;color:var(--ink);font-weight:600}
.about dl{margin:.15rem 0 0;display:flex;flex-wrap:wrap;gap:0 1.2rem}
.about dl>div{display:flex;gap:.45em;min-width:0}
.about dt{flex:none}
.about dd{margin:0;min-width:0}
main{display:block;max-width:40rem;margin:0 auto;padding:1.9rem 1.15rem 4rem}
main>header{margin:0 0 1.7rem}
h1{font-size:1.6rem;line-height:1.4;font-weight:700;margin:0 0 .7rem;text-wrap:balance;
letter-spacing:.01em}
.facts{margin:0;color:var(--quiet);font-size:.9375rem;line-height:1.6;display:flex;
flex-wrap:wrap;gap:0 1em}
.facts .channel{color:var(--mark);font-weight:600}
.body{text-wrap:pretty}
.body:lang(zh) p{text-align:justify}
.body p{margin:0 0 1.15em}
.body h1,.body h2,.body h3,.body h4,.body h5,.body h6{font-size:1.16rem;line-height:1.55;
margin:2em 0 .7em;text-wrap:balance}
.body blockquote{margin:1.5em 0;padding:.1em 0 .1em 1.1em;border-left:3px solid var(--line);
color:var(--quiet)}
.body blockquote>:last-child,.body td>:last-child,.body li>:last-child{margin-bottom:0}
.body ul,.body ol{padding-left:1.6em;margin:0 0 1.15em}
.body pre{overflow-x:auto;white-space:pre-wrap;font-size:.9em}
.body table{display:block;max-width:100%;overflow-x:auto;border-collapse:collapse;
margin:1.5em 0;font-size:.9375rem;line-height:1.6;overflow-wrap:normal}
.body td,.body th{border:1px solid var(--line);padding:.4em .7em;text-align:left;
vertical-align:top;min-width:5em}
.body td p{text-align:left}
.body hr{border:0;border-top:1px solid var(--line);margin:2em auto;width:6em}
figure{margin:1.7em 0;padding:0}
img,video{display:block;max-width:100%;height:auto;margin:0 auto;border-radius:3px}
audio{display:block;width:100%}
img{background:var(--tint);color:var(--quiet);font-size:.8125rem;line-height:1.6;
min-height:1.6em;font-style:normal}
.body p>img,.body p>a>img,.body div>img{margin:1.2em auto}
figcaption,.body caption{margin:.6em 0 0;color:var(--quiet);font-size:.875rem;line-height:1.65;
text-align:left;text-wrap:pretty}
figure p,figcaption p,.body td p{margin:0}
.body figure img{margin:0 auto}
.tags{margin:2.6rem 0 0;padding:1rem 0 0;border-top:1px solid var(--line);color:var(--quiet);
font-size:.875rem;line-height:2;display:flex;flex-wrap:wrap;gap:0 .9em;list-style:none}
@media (min-width:46rem){body{font-size:1.125rem}h1{font-size:2.05rem}
main{padding-top:3rem}figure{margin:2.2em 0}}
@media print{:root{--paper:#fff;--ink:#000;--quiet:#444;--line:#bbb;--tint:#fff;--link:#000}
body{font-size:11pt;line-height:1.7}main{max-width:none;padding:1rem 0 0}
.about{padding:0 0 .6rem}figure,blockquote,table{break-inside:avoid}h1,h2,h3,h4{break-after:avoid}
a{text-decoration:none}img{max-height:16cm;width:auto}}
"""

STYLE = (PALETTE + FONTS + PAGE).strip().replace("\n", "")
"""On one line: what rewrites pages for replay then leaves its bytes, and so its hash, alone."""
