// A smoke run of the real window: WebKitWebDriver drives the built program under Xvfb. It proves
// that the window opens, speaks to Rust by its one command, keeps the content policy, draws a slide
// that Rust rendered, and that its process may be killed amid edits without losing one that was
// acknowledged. No dependency: WebDriver is plain HTTP.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const output = path.join(here, 'output');
const binary = path.resolve(process.env.LOA_STUDIO_BIN ?? path.join(root, 'target/debug/loa-studio'));
const PATIENCE_MS = 60_000;
/** How often the window is killed, and how long it edits before: each round takes some seconds. */
const KILLS_MS = [150, 700, 1300];

mkdirSync(output, { recursive: true });
const scratch = mkdtempSync(path.join(os.tmpdir(), 'loa-window-'));
mkdirSync(path.join(scratch, 'run'), { mode: 0o700 });
const children = [];

/** Starts a program in a process group of its own, its words in a file. */
function start(name, program, args, env = {}) {
  const log = openSync(path.join(output, `${name}.log`), 'w');
  const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log], env: { ...process.env, ...env } });
  children.push(child);
  return child;
}

function stopAll() {
  for (const child of children.reverse()) {
    try { process.kill(-child.pid, 'SIGKILL'); } catch { /* it has ended already */ }
  }
  rmSync(scratch, { recursive: true, force: true });
}

function freePort() {
  return new Promise((found, failed) => {
    const server = net.createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => found(port)); });
  });
}

async function until(what, look) {
  const end = Date.now() + PATIENCE_MS;
  let last;
  while (Date.now() < end) {
    try { const found = await look(); if (found) return found; } catch (error) { last = error; }
    await new Promise((go) => setTimeout(go, 200));
  }
  throw new Error(`${what} did not come about: ${last?.message ?? 'no answer'}`);
}

/** Process ids of the window on our store: the driver starts it, so nobody else knows them. */
function windowPids(store) {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/exe`) === binary && readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`LOA_STORE=${store}`);
    } catch { return false; /* it has ended, or belongs to somebody else */ }
  });
}

/** A window on the store, driven by a driver of its own: one whose window was killed takes no second one. */
async function openWindow(display, store) {
  const [port, nativePort] = [await freePort(), await freePort()];
  const driver = start(`webdriver-${children.length}`, 'WebKitWebDriver', [`--port=${port}`, `--host=127.0.0.1`], {
    DISPLAY: display,
    TAURI_AUTOMATION: 'true',
    TAURI_WEBVIEW_AUTOMATION: 'true',
    XDG_RUNTIME_DIR: path.join(scratch, 'run'),
    HOME: scratch,
    LOA_STORE: store,
    LOA_ASSETS: path.join(root, 'assets'),
    PULSE_SERVER: `unix:${path.join(scratch, `no-sound-${nativePort}`)}`,
    LANG: 'vi_VN.UTF-8',
  });
  const base = `http://127.0.0.1:${port}`;
  const call = async (method, place, body) => {
    const reply = await fetch(base + place, { method, body: body && JSON.stringify(body), headers: { 'content-type': 'application/json' } });
    const { value } = await reply.json();
    if (value?.error) throw new Error(`${value.error}: ${value.message}`);
    return value;
  };
  await until('the driver', () => call('GET', '/status'));
  const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': { binary, args: ['--sandbox'] } } };
  const { sessionId } = await until('the window', () => call('POST', '/session', { capabilities }));
  const at = `/session/${sessionId}`;
  const run = (script, args = []) => call('POST', `${at}/execute/sync`, { script, args });
  const runAsync = (script, args = []) => call('POST', `${at}/execute/async`, { script, args });
  const shoot = async (name) => writeFileSync(path.join(output, name), Buffer.from(await call('GET', `${at}/screenshot`), 'base64'));
  const rpc = (name, request) => runAsync(
    'const [name, request, done] = arguments; window.__TAURI_INTERNALS__.invoke("rpc", { name, request }).then((value) => done({ value }), (problem) => done({ problem }));',
    [name, request]);
  await until('the rail', () => run('return document.querySelectorAll("nav a, nav button").length >= 6'));
  return { driver, run, runAsync, rpc, shoot, close: () => call('DELETE', at) };
}

/** Edits without a pause in the page itself, kills the process, and looks for what was acknowledged. */
async function killAmidEdits(display, store, id, after_ms) {
  const window = await openWindow(display, store);
  const begun = (await window.rpc('deck', { id })).value;
  await window.run(`
    const [id] = arguments;
    window.acknowledged = null;
    const next = (n) => window.__TAURI_INTERNALS__.invoke("rpc", { name: "deck_edit", request: { id, edit: { type: "set-title", title: "Sửa lần " + n } } })
      .then((deck) => { window.acknowledged = [deck.revision, deck.title]; next(n + 1); });
    next(1);`, [id]);
  const end = Date.now() + after_ms;
  let known = null;
  while (!known || Date.now() < end) known = await window.run('return window.acknowledged');
  const pids = windowPids(store);
  assert.ok(pids.length > 0, 'the process of the window is found');
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await until('its end', () => windowPids(store).length === 0);
  process.kill(-window.driver.pid, 'SIGKILL');
  assert.ok(known[0] > begun.revision, `edits were under way: ${known}`);
  return known;
}

async function main() {
  const display = `:${90 + (process.pid % 900)}`;
  const store = path.join(scratch, 'kho');
  start('xvfb', 'Xvfb', [display, '-screen', '0', '1440x900x24', '-nolisten', 'tcp']);
  const { run, runAsync, rpc, shoot, close } = await openWindow(display, store);
  assert.match(await run('return document.body.innerText'), /Hôm nay/);
  // A picture for people; letters take a moment to arrive.
  await new Promise((go) => setTimeout(go, 1_500));
  await shoot('window-home.png');

  // The one door to Rust works, and a template becomes pixels through the window's own protocol.
  const state = await rpc('app_state', {});
  assert.equal(state.value?.settings.language, 'vi');
  assert.match(state.value.sandbox.url, /^http:\/\/127\.0\.0\.1:\d+/);
  const [template] = (await rpc('templates', {})).value;
  const deck = (await rpc('deck_create', { template: template.name, title: 'Thử cửa sổ' })).value;
  const picture = `loa://localhost/slide/${deck.id}/${deck.revision}/${deck.slides[0].id}/0.png`;
  const size = await runAsync(
    'const [url, done] = arguments; const image = new Image(); image.onload = () => done([image.naturalWidth, image.naturalHeight]); image.onerror = () => done(null); image.src = url;', [picture]);
  assert.deepEqual(size, [deck.boards[0].width_px, deck.boards[0].height_px]);
  // A dialog of the system stands open until somebody answers it; where none can be shown, the question
  // would be answered with nothing at once, and a button would seem dead.
  await run('window.asked = "open"; window.__TAURI_INTERNALS__.invoke("rpc", { name: "files_pick", request: { kind: "sound" } }).then(() => { window.asked = "chosen"; }, (problem) => { window.asked = problem; });');
  await new Promise((go) => setTimeout(go, 2_500));
  assert.equal(await run('return window.asked'), 'open');
  const refused = await rpc('no_such_command', {});
  assert.equal(refused.problem?.code, 'bad-request');

  // The content policy holds: no script from data: or blob:.
  const ran = await runAsync(
    'const done = arguments[0]; const s = document.createElement("script"); s.src = "data:text/javascript,window.broken=1"; s.onload = s.onerror = () => done(window.broken ?? 0); document.head.append(s);');
  assert.equal(ran, 0);

  await run('location.hash = "#/bang-tin/" + arguments[0]', [deck.id]);
  await new Promise((go) => setTimeout(go, 1_500));
  await shoot('window-board.png');
  await close();
  await until('the end of the window', () => windowPids(store).length === 0);
  console.log('window: opened, answered, drew a slide, kept its policy');

  for (const after_ms of KILLS_MS) {
    const [revision, title] = await killAmidEdits(display, store, deck.id, after_ms);
    const again = await openWindow(display, store);
    const kept = (await again.rpc('deck', { id: deck.id })).value;
    assert.ok(kept.revision >= revision, `revision ${kept.revision} is there, ${revision} was acknowledged`);
    assert.ok(Number(kept.title.split(' ').at(-1)) >= Number(title.split(' ').at(-1)), `“${kept.title}” is there, “${title}” was acknowledged`);
    // All of it can still be taken back, and the first screen shows it.
    const undone = (await again.rpc('deck_undo', { id: deck.id })).value;
    assert.notEqual(undone.title, kept.title);
    await until('the document on the first screen', () => again.run('location.hash = "#/hom-nay"; return document.body.innerText.includes(arguments[0])', [undone.title]));
    if (after_ms === KILLS_MS.at(-1)) await again.shoot('window-after-kill.png');
    await again.close();
    await until('the end of the window', () => windowPids(store).length === 0);
    console.log(`window: killed after ${revision} revisions, nothing acknowledged was lost`);
  }
}

try {
  await main();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  stopAll();
}
process.exit();
