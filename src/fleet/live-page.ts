import { createHash } from 'node:crypto';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #888; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; }
h1 { font-size: 1.2rem; margin: 0 0 .2rem; }
h2 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
#note { color: var(--soft); margin: 0; }
#figures { display: flex; flex-wrap: wrap; gap: .6rem 2rem; margin: 1rem 0; padding: 0; }
#figures div { min-width: 6rem; }
#figures dt { color: var(--soft); font-size: .85rem; }
#figures dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .15rem .8rem .15rem 0; border-bottom: 1px solid var(--line); font-weight: normal; }
th { color: var(--soft); font-size: .85rem; }
td.number { text-align: right; font-variant-numeric: tabular-nums; width: 5rem; }
progress { width: 100%; height: .8rem; }
`;

const SCRIPT = `
const byId = (id) => document.getElementById(id);
const cell = (content, name) => {
  const td = document.createElement('td');
  if (content instanceof Node) td.append(content); else td.textContent = content ?? '';
  if (name) td.className = name;
  return td;
};
const fill = (id, rows) => byId(id).replaceChildren(...rows.map((cells) => {
  const tr = document.createElement('tr');
  tr.append(...cells);
  return tr;
}));
const bar = (value, max) => Object.assign(document.createElement('progress'), { value, max: Math.max(1, max) });
const clock = (at) => at ? new Date(at).toLocaleTimeString() : '';

function showTotals(t) {
  const figures = [['calls', t.calls.total], ['open', t.calls.open], ['per second', t.calls.perSecond.toFixed(1)],
    ['accepted', t.dispositions.accepted], ['void', t.dispositions.void], ['failed', t.dispositions.failed],
    ['unknown', t.dispositions.unknown], ['callbacks', t.callbacks.scheduled]];
  byId('figures').replaceChildren(...figures.map(([name, value]) => {
    const box = document.createElement('div');
    box.append(Object.assign(document.createElement('dt'), { textContent: name }),
      Object.assign(document.createElement('dd'), { textContent: value }));
    return box;
  }));
  const states = Object.entries(t.states);
  const all = states.reduce((sum, [, count]) => sum + count, 0);
  fill('states', states.map(([state, count]) => [cell(state), cell(count, 'number'), cell(bar(count, all))]));
  const labels = Object.entries(t.dispositions.byLabel);
  const most = Math.max(1, ...labels.map(([, count]) => count));
  fill('labels', labels.slice(0, 20).map(([label, count]) => [cell(label), cell(count, 'number'), cell(bar(count, most))]));
  fill('problems', t.problems.map((p) =>
    [cell(clock(p.at)), cell(p.code), cell(p.count > 1 ? '\\u00d7' + p.count : '', 'number'), cell(p.user), cell(p.message)]));
}
function showAgents(a) {
  const shown = a.agents.length < a.total ? ', the first ' + a.agents.length + ' shown' : '';
  byId('agents-title').textContent = 'Agents (' + a.total + ', ' + a.desired + ' desired' + shown + ')';
  fill('agents', a.agents.map((g) => [cell(g.user), cell(g.inner ? g.state + ' / ' + g.inner : g.state), cell(clock(g.since)),
    cell(g.call ? g.call.campaign + ' (' + g.call.kind + ' ' + g.call.interactionId + ')' : ''), cell(g.reason)]));
  byId('note').textContent = (a.ready ? 'ready' : 'not ready: ' + a.reasons.join('; ')) + ' \\u00b7 ' + new Date().toLocaleTimeString();
}
async function refresh() {
  try {
    const [totals, agents] = await Promise.all(['/api/summary', '/api/agents?limit=500'].map(async (path) => {
      const answer = await fetch(path);
      if (!answer.ok) throw new Error(path + ' answered ' + answer.status);
      return answer.json();
    }));
    showTotals(totals);
    showAgents(agents);
  } catch (error) {
    byId('note').textContent = 'no answer from the worker: ' + error.message;
  }
  setTimeout(refresh, document.hidden ? 10000 : 2000);
}
refresh();
`;

const sha256 = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Lets the page run its own script and style, ask its own server, and nothing else. */
export const LIVE_PAGE_POLICY = [
  "default-src 'none'",
  `script-src ${sha256(SCRIPT)}`,
  `style-src ${sha256(STYLE)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The live page: one file without outside resources, which asks /api/summary and /api/agents every two seconds. */
export const LIVE_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>icws-dialer-agent</title>
<style>${STYLE}</style>
</head>
<body>
<h1>icws-dialer-agent</h1>
<p id="note">loading</p>
<dl id="figures"></dl>
<h2>States</h2>
<table><tbody id="states"></tbody></table>
<h2>Dispositions</h2>
<table><tbody id="labels"></tbody></table>
<h2>Problems</h2>
<table><tbody id="problems"></tbody></table>
<h2 id="agents-title">Agents</h2>
<table>
<thead><tr><th>user</th><th>state</th><th>since</th><th>call</th><th>reason</th></tr></thead>
<tbody id="agents"></tbody>
</table>
<noscript>This page needs scripts; <a href="/api/agents">/api/agents</a> and <a href="/metrics">/metrics</a> do not.</noscript>
<script>${SCRIPT}</script>
</body>
</html>
`;
