/** The page's only style. It follows the reader's preference for dark or light. */
export const style = `
:root { color-scheme: light dark;
  --text: #1f2328; --soft: #59636e; --page: #ffffff; --panel: #f6f8fa; --line: #d1d9e0;
  --good: #1a7f37; --warn: #9a6700; --bad: #cf222e; --add: #dafbe1; --del: #ffebe9; --hunk: #ddf4ff; }
@media (prefers-color-scheme: dark) { :root {
  --text: #e6edf3; --soft: #9198a1; --page: #0d1117; --panel: #161b22; --line: #3d444d;
  --good: #3fb950; --warn: #d29922; --bad: #f85149; --add: #12341f; --del: #431a1d; --hunk: #102a43; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; color: var(--text); background: var(--page);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.3; text-wrap: balance; }
header p.why { margin: 0 0 .75rem; font-size: 1.05rem; }
h2 { margin: 2rem 0 .5rem; padding-bottom: .25rem; font-size: 1.15rem; border-bottom: 1px solid var(--line); }
p, ul, dl { margin: .5rem 0; }
code, pre { font: .875em/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { overflow-wrap: anywhere; }
header { padding: 1rem 1.25rem; background: var(--panel); border: 1px solid var(--line);
  border-left: .4rem solid var(--soft); border-radius: .4rem; }
header.safe { border-left-color: var(--good); }
header.destructive, header.unknown { border-left-color: var(--warn); }
header.rejected, header.unable { border-left-color: var(--bad); }
.soft { color: var(--soft); } .good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.word { font-weight: 600; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .4rem .75rem .4rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); font-size: .875rem; white-space: nowrap; }
tbody th { color: inherit; font-size: inherit; font-weight: inherit; white-space: normal; }
td.fixed { white-space: nowrap; }
.message { display: block; font-size: .9rem; color: var(--soft); white-space: pre-wrap; overflow-wrap: anywhere; }
details { margin: .4rem 0; border: 1px solid var(--line); border-radius: .4rem; background: var(--panel); }
summary { padding: .4rem .75rem; cursor: pointer; }
summary:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
pre.diff { margin: 0; padding: .5rem 0; overflow-x: auto; border-top: 1px solid var(--line); background: var(--page);
  border-radius: 0 0 .4rem .4rem; content-visibility: auto; tab-size: 4; }
pre.diff > code { display: block; width: max-content; min-width: 100%; overflow-wrap: normal; }
pre.diff span { display: block; padding: 0 .75rem; min-height: 1.45em; }
.add { background: var(--add); } .del { background: var(--del); } .hunk { background: var(--hunk); color: var(--soft); }
@media print { details::details-content { content-visibility: visible; block-size: auto; } }
`;
