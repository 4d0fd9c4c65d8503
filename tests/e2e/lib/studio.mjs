// A `loa serve` on a store of its own, and a browser page on it.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');
export const OUTPUT = path.join(root, 'tests/e2e/output');
export const TRAINING = path.join(root, 'assets/training');
const { chromium } = createRequire(path.join(root, 'ui/'))('playwright-core');

const READY_MS = 30_000;

/** Starts `loa serve` and waits for the address it prints. */
async function serve(name, store, env) {
  const log = createWriteStream(path.join(OUTPUT, `${name}.log`), { flags: 'a' });
  const child = spawn(process.env.LOA_BIN, ['serve', '--port', '0', '--store', store, '--ui', path.join(root, 'ui/dist')], { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stderr.pipe(log, { end: false });
  const url = await new Promise((found, failed) => {
    let printed = '';
    const timer = setTimeout(() => failed(new Error(`loa serve printed no address:\n${printed}`)), READY_MS);
    child.stdout.on('data', (chunk) => {
      log.write(chunk);
      printed += chunk;
      const address = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(printed);
      if (address) { clearTimeout(timer); found(address[0]); }
    });
    child.on('exit', (code) => { clearTimeout(timer); failed(new Error(`loa serve ended with ${code}:\n${printed}`)); });
  });
  return { child, url };
}

export async function openStudio(name, { env = {}, size = { width: 1280, height: 720 } } = {}) {
  const store = mkdtempSync(path.join(os.tmpdir(), 'loa-e2e-'));
  let served = await serve(name, store, env);
  const profile = mkdtempSync(path.join(os.tmpdir(), 'loa-chromium-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', viewport: size, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  const page = browser.pages()[0] ?? await browser.newPage();
  // A listener from the start: the first one only takes effect after a moment.
  page.on('filechooser', () => undefined);
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
  await page.goto(served.url);
  await page.locator('nav a').first().waitFor();
  let pictures = 0;
  return {
    page, errors, store,
    shot: (what) => page.screenshot({ path: path.join(OUTPUT, `${name}-${String(++pictures).padStart(2, '0')}-${what}.png`) }),
    /** Kills the core without a warning and starts it again on the same store. */
    async crash() {
      served.child.kill('SIGKILL');
      await new Promise((done) => served.child.once('exit', done));
      errors.length = 0;
      served = await serve(name, store, env);
      await page.goto(served.url);
      await page.locator('nav a').first().waitFor();
    },
    async close() {
      await browser.close();
      served.child.removeAllListeners('exit');
      served.child.kill();
      for (const folder of [store, profile]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Whether a canvas shows more than its ground: how many different colours its middle row of pixels has. */
export const coloursOf = (page, selector) => page.locator(selector).evaluate((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4 * 7) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
  return seen.size;
});

/** Drops files on the window as the desktop of a browser does. */
export async function dropFile(page, name, type, bytes) {
  const transfer = await page.evaluateHandle(({ name, type, base64 }) => {
    const data = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([data], name, { type }));
    return transfer;
  }, { name, type, base64: bytes.toString('base64') });
  await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}
