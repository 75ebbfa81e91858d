/** Style sheet of the report page; one palette for light, one for dark. */
export const PAGE_STYLE = `
:root{--page:#fff;--ink:#1f2328;--quiet:#636c76;--line:#d9dee4;--stripe:#f6f8fa;--executed:#2f6fd0;--cached:#2e9e6b;--failed:#d1383d;--retried:#b26a00}
@media (prefers-color-scheme:dark){:root{--page:#15181c;--ink:#e3e7ec;--quiet:#99a3ae;--line:#30363d;--stripe:#1b1f24;--executed:#5b97f0;--cached:#4cc38a;--failed:#f2666b;--retried:#e0a243}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:90rem;padding:1.5rem 2rem 3rem;background:var(--page);color:var(--ink);font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
h1{margin:0;font-size:1.5rem}
header p{margin:.15rem 0 0;color:var(--quiet)}
dl{display:flex;flex-wrap:wrap;gap:.75rem 2.25rem;margin:1.25rem 0 1.5rem}
dl div{display:flex;flex-direction:column}
dd{margin:0;font-size:1.35rem;font-weight:600;font-variant-numeric:tabular-nums}
dt{color:var(--quiet);font-size:.85rem}
.cached dd,b.cached{color:var(--cached)}
.failed dd,b.failed{color:var(--failed)}
.retried dd,b.retried{color:var(--retried)}
b{font-weight:600}
table{width:100%;border-collapse:collapse;table-layout:fixed}
thead th:nth-child(1){width:22%}
thead th:nth-child(2){width:24%}
thead th:nth-child(3){width:5.5rem}
th{text-align:left;font-weight:400;padding:.3rem .25rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
thead th{color:var(--quiet);font-size:.85rem;border-bottom:1px solid var(--line)}
tr.pipeline th,tr.map th{font-weight:600}
tbody tr:nth-child(even){background:var(--stripe)}
td{padding:.3rem .5rem;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.counts{color:var(--quiet);font-size:.85rem}
.time{text-align:right;font-variant-numeric:tabular-nums;padding-right:.75rem}
.axis{position:relative;height:1.9rem}
.axis span{position:absolute;bottom:.3rem;padding-left:.25rem;border-left:1px solid var(--line)}
.lane{position:relative;padding:0;background:repeating-linear-gradient(90deg,var(--line) 0 1px,transparent 1px var(--step))}
.lane i{position:absolute;top:22%;height:56%;min-width:2px;border-radius:2px;opacity:.8}
tr.pipeline .lane i,tr.map .lane i{top:38%;height:24%}
i.executed{background:var(--executed)}
i.cached{background:var(--cached)}
i.failed{background:var(--failed)}
.lane i.failed{opacity:1}
.lane i:hover{opacity:1;outline:2px solid var(--ink)}
h2{margin:1.75rem 0 .5rem;font-size:1rem}
ul{margin:0;padding:0;list-style:none}
li{padding:.15rem .25rem;overflow-wrap:anywhere}
li b{color:var(--failed);margin-right:.5rem}
footer{margin-top:1rem;color:var(--quiet);font-size:.85rem}
footer i{display:inline-block;width:.8rem;height:.8rem;border-radius:2px;margin:0 .2rem 0 .8rem;vertical-align:-1px}
footer i:first-child{margin-left:0}
@media (max-width:50rem){body{padding:1rem}thead th:nth-child(2),.counts{width:0;padding:0}thead th:nth-child(1){width:38%}.axis span:nth-child(even){color:transparent}}
`.trim();
