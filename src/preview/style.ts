import { createHash } from 'node:crypto'

/** One sheet for every page: the look of a Discord message, in its dark and its light, from 320 px up. */
export const STYLE = `
:root{color-scheme:light dark;--page:#fbfbfc;--card:#fff;--edge:#d8d9de;--text:#2b2d31;--quiet:#565960;--link:#0057b8;
--code:#ebedf0;--button:#e3e5e8;--plain:#4f7cac;--notable:#a86a00;--urgent:#c02a32;--good:#1f7a44}
@media (prefers-color-scheme:dark){:root{--page:#1a1a1e;--card:#242429;--edge:#3a3b42;--text:#e3e4e8;--quiet:#a9abb3;
--link:#6cb6ff;--code:#33343b;--button:#3d3e46;--plain:#6f9ccc;--notable:#e0a030;--urgent:#f0666d;--good:#57c785}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:1rem/1.45 "gg sans","Noto Sans",system-ui,sans-serif;
overflow-wrap:anywhere}
.skip{position:absolute;left:-99rem}.skip:focus{left:.5rem;top:.5rem;background:var(--card);padding:.5rem;z-index:1}
header,main,footer{max-width:46rem;margin:0 auto;padding:.75rem 1rem}
header h1{font-size:1.25rem;margin:.25rem 0}
nav a[aria-current]{font-weight:700;color:inherit;text-decoration-thickness:.15em}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;margin:.25rem 0;padding:0}
a{color:var(--link)}a:focus-visible,button:focus-visible,input:focus-visible,summary:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.message{display:grid;grid-template-columns:2.5rem minmax(0,1fr);gap:0 .75rem;margin:0 0 1.5rem}
.avatar{width:2.5rem;height:2.5rem;border-radius:50%;background:#2f5580;color:#fff;display:grid;place-items:center;
font-weight:700;font-size:.8rem}
.byline{font-weight:600}.app{background:#4752c4;color:#fff;border-radius:.25rem;font-size:.65rem;padding:.1rem .3rem;
margin:0 .35rem;vertical-align:.1rem}.byline time{color:var(--quiet);font-weight:400;font-size:.8rem}
.container{margin-top:.25rem;background:var(--card);border:1px solid var(--edge);border-left:4px solid var(--plain);
border-radius:.5rem;padding:.75rem 1rem}
.notable{border-left-color:var(--notable)}.urgent{border-left-color:var(--urgent)}
h2{font-size:1.25rem;margin:.1rem 0 .35rem}h3{font-size:1.05rem;margin:.9rem 0 .25rem}h4{font-size:1rem;margin:.5rem 0 .1rem;font-weight:400}
p{margin:.15rem 0}
hr{border:0;border-top:1px solid var(--edge);margin:.75rem 0}
article{border-top:1px solid var(--edge);margin-top:.5rem;padding:.5rem 0}
blockquote{margin:.3rem 0;padding:.1rem 0 .1rem .75rem;border-left:4px solid var(--edge);white-space:pre-wrap}
.sub{color:var(--quiet);font-size:.82rem;font-weight:400}.host{color:var(--quiet)}
details{margin:.4rem 0}summary{cursor:pointer;font-size:.9rem}.cite{background:var(--code);border-radius:.4rem;padding:.5rem .7rem;font-size:.9rem;user-select:all}
code{background:var(--code);border-radius:.2rem;padding:0 .25rem;font-size:.85em}
.buttons{display:flex;flex-wrap:wrap;gap:.5rem;margin:.4rem 0 .2rem;padding:0;list-style:none}
.button,button{display:inline-block;background:var(--button);color:var(--text);border:0;border-radius:.4rem;
padding:.4rem .8rem;font:inherit;font-size:.9rem;text-decoration:none;cursor:pointer}
.button::after{content:" ↗";color:var(--quiet)}
form{display:flex;flex-wrap:wrap;gap:.5rem;margin:.5rem 0}label{flex-basis:100%}
input{flex:1 1 12rem;min-width:0;font:inherit;padding:.4rem .6rem;border:1px solid var(--quiet);border-radius:.4rem;
background:var(--card);color:var(--text)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;min-width:32rem;font-size:.9rem}
caption{text-align:left;font-weight:600;padding:.25rem 0}
th,td{text-align:left;padding:.35rem .5rem;border-bottom:1px solid var(--edge);vertical-align:top}
ul.also{margin:.4rem 0 .2rem;padding-left:1.1rem;font-size:.88rem;color:var(--quiet)}ul.also li{margin:.2rem 0}del{text-decoration-thickness:.1em}
table.slim{min-width:0}table.slim td:last-child,table.slim th:last-child{text-align:right;width:7.5rem;overflow-wrap:normal}
@media (max-width:36rem){table.cards{min-width:0}.cards thead{position:absolute;left:-99rem}
.cards tr{display:block;border-bottom:1px solid var(--edge);padding:.5rem 0}.cards th,.cards td{display:block;border:0;padding:.1rem 0}
.cards td::before{content:attr(data-label) ": ";color:var(--quiet)}}
.ok{color:var(--good)}.bad{color:var(--urgent)}
img{max-width:100%;height:auto;border-radius:.4rem}
ol.timeline{list-style:none;margin:.5rem 0;padding:0 0 0 1rem;border-left:2px solid var(--edge)}
ol.timeline li{margin:.6rem 0}
@media (max-width:30rem){.message{grid-template-columns:minmax(0,1fr)}.avatar{display:none}.container{padding:.6rem .7rem}}
@media print{.skip,nav,form{display:none}}
`

/**
 * What a page of ours may do: use this one style sheet. No script, no picture, no request, no frame.
 *
 * @see https://www.w3.org/TR/CSP3/
 */
export function contentPolicy(forms: 'none' | 'self'): string {
  const hash = createHash('sha256').update(STYLE).digest('base64')
  return `default-src 'none'; style-src 'sha256-${hash}'; img-src 'self'; base-uri 'none'; form-action '${forms}'`
}
