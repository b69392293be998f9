"""The style sheet of the start page: the readable page's colours and fonts, a list's layout."""

from mirror.render.style import FONTS, PALETTE

_LIST = """
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font-size:1rem;line-height:1.6;
overflow-wrap:anywhere;line-break:strict;text-autospace:normal}
a{color:var(--link);text-decoration:none}
a:hover{text-decoration:underline;text-underline-offset:.22em}
a:focus-visible,input:focus-visible,select:focus-visible,button:focus-visible,
summary:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:3px}
.top{background:var(--tint);border-bottom:1px solid var(--line);padding:1.1rem 1.15rem}
.top>div{max-width:66rem;margin:0 auto}
.top p{margin:0 0 .9rem;color:var(--quiet);font-size:.875rem}
.top h1{margin:0;font-size:1.35rem;line-height:1.35}
.top h1 a{color:inherit}
form{display:flex;flex-wrap:wrap;gap:.5rem;margin:0}
input,select,button{font:inherit;color:inherit;background:var(--paper);
border:1px solid var(--line);border-radius:6px;padding:.45rem .7rem;min-width:0;height:2.6rem}
input{flex:100 1 17rem}
select{flex:1 0 auto}
button{flex:1 0 auto;max-width:12rem;background:var(--link);border-color:var(--link);
color:var(--paper);font-weight:600;cursor:pointer}
.columns{max-width:68.3rem;margin:0 auto;padding:1.2rem 1.15rem 4rem}
nav.channels ul{list-style:none;margin:0;padding:0 0 .5rem;display:flex;gap:.5rem;
overflow-x:auto;scrollbar-width:thin}
nav.channels li{flex:none;max-width:100%}
nav.channels li a{display:flex;justify-content:space-between;gap:.6rem;padding:.3rem .8rem;
border-radius:1.2rem;border:1px solid var(--line);color:inherit}
nav.channels a:hover{background:var(--tint);text-decoration:none}
nav.channels a[aria-current]{background:var(--tint);color:var(--mark);font-weight:600}
nav.channels .n{color:var(--quiet);font-variant-numeric:tabular-nums;font-weight:400}
main{min-width:0}
main>h2{font-size:1.15rem;line-height:1.45;margin:1.2rem 0 .2rem}
.count{margin:0;color:var(--quiet);font-size:.875rem}
h3{margin:1.7rem 0 .1rem;font-size:.875rem;font-weight:600;color:var(--mark);
font-variant-numeric:tabular-nums;letter-spacing:.02em}
ol.list{list-style:none;margin:0;padding:0}
ol.list>li{padding:.75rem 0;border-bottom:1px solid var(--line)}
ol.list .title{display:inline-block;font-size:1.0625rem;line-height:1.5;font-weight:600;
color:var(--ink);text-wrap:pretty}
ol.list .title:visited{color:var(--quiet)}
.passage{margin:.25rem 0 0;font-size:.9375rem;color:var(--quiet)}
mark{background:color-mix(in srgb,var(--mark) 24%,transparent);color:inherit;border-radius:2px}
.ways{margin:.25rem 0 0;display:flex;flex-wrap:wrap;gap:0 1.1rem;font-size:.8125rem;
color:var(--quiet)}
.pager{display:flex;justify-content:space-between;gap:1rem;margin:1.6rem 0 0}
.pager a,.pager span{padding:.4rem 0}
table{border-collapse:collapse;width:100%;font-size:.9375rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.45rem .9rem .45rem 0;border-bottom:1px solid var(--line);
vertical-align:top}
th{color:var(--quiet);font-weight:600;font-size:.8125rem}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.35rem 1.1rem;margin:1rem 0}
dt{color:var(--quiet)}
dd{margin:0}
.nothing{margin:2rem 0;color:var(--quiet)}
@media (min-width:52rem){.columns{display:grid;grid-template-columns:15rem minmax(0,1fr);
gap:2.6rem;padding-top:1.6rem}
nav.channels{position:sticky;top:1rem;align-self:start;max-height:calc(100vh - 2rem);
overflow-y:auto}
nav.channels ul{display:block}
nav.channels li a{border:0;border-radius:6px;padding:.3rem .7rem}
main>h2:first-child{margin-top:.2rem}}
@media print{form,nav{display:none}.columns{display:block}}
"""

STYLE = PALETTE + FONTS + _LIST
