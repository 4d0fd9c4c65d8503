// Takes the pictures of the README anew (ui/docs): the main path at 1440×900, as a small team uses it.
//     LOA_BIN=target/debug/loa node tests/e2e/pictures.mjs
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startPulse } from './lib/pulse.mjs';
import { dropFile, openStudio, OUTPUT, TRAINING } from './lib/studio.mjs';

const DOCS = path.resolve(import.meta.dirname, '../../ui/docs');
const VOICE = readFileSync(path.join(TRAINING, 'ban-tin.wav'));
const SECOND = 48_000;

mkdirSync(OUTPUT, { recursive: true });
const pulse = await startPulse();
const studio = await openStudio('pictures', { env: { PULSE_SERVER: pulse.server }, size: { width: 1440, height: 900 } });
const { page } = studio;

const rpc = (name, request) => page.evaluate(async ([name, request]) => {
  const headers = { 'content-type': 'application/json', 'x-loa-token': sessionStorage.getItem('loa-token') };
  return (await fetch(`/rpc/${name}`, { method: 'POST', headers, body: JSON.stringify(request) })).json();
}, [name, request]);
const settle = () => page.waitForTimeout(600);
const dialog = page.getByRole('dialog');
async function quiet() {
  while (await page.locator('.toast').count()) await page.locator('.toast button').last().click();
  await settle();
}
async function shot(name) {
  await quiet();
  await page.screenshot({ path: path.join(DOCS, `${name}.png`) });
}
async function go(hash) {
  await page.evaluate((hash) => { location.hash = hash; }, hash);
  await settle();
}
async function put(words, tags) {
  await page.keyboard.press('Control+Enter');
  await dialog.locator('textarea').fill(words);
  await dialog.locator('input').first().fill(tags);
  await page.keyboard.press('Control+Enter');
  await page.getByText('đã vào kho').waitFor({ timeout: 120_000 });
  await quiet();
}
async function deckFrom(template) {
  await page.keyboard.press('Control+b');
  await dialog.getByRole('button', { name: template }).click();
  await page.getByRole('group', { name: 'Sân khấu bảng' }).waitFor();
  await settle();
}

// A province beside the program whose line breaks twice, so that what is shown is delivery and not practice.
const folder = mkdtempSync(path.join(os.tmpdir(), 'loa-province-'));
const faults = path.join(folder, 'faults.toml');
writeFileSync(faults, [3_000_000, 9_000_000].map((at) => `[[fault]]\nkind = "cut"\nat_bytes = ${at}\n`).join(''));
const province = spawn(process.env.LOA_BIN, ['province', '--dir', path.join(folder, 'tinh'), '--faults', faults, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
const started = await new Promise((found) => {
  let printed = '';
  province.stdout.on('data', (chunk) => { printed += chunk; try { found(JSON.parse(printed)); } catch { /* not whole yet */ } });
});
const { settings } = await rpc('app_state', {});
await rpc('settings_set', { ...settings, destination: started.url, destination_key: started.public_key, team: 'Tổ Thông tin', place: 'Bến Lức', person: 'Lê Thị Mai', profile: 'broadcast' });

// A bulletin: a signature tune, two items, and an interview cut out of the second.
await page.keyboard.press('Control+n');
const title = page.getByLabel('Tên chương trình');
await title.waitFor();
await settle();
await title.fill('Bản tin sáng');
await title.press('Enter');
for (const [i, name] of ['Điểm tin', 'Lịch tiêm chủng tháng 12', 'Nhạc hiệu'].entries()) {
  await dropFile(page, `${name}.wav`, 'audio/wav', VOICE);
  await page.waitForFunction((n) => document.querySelectorAll('aside ol button').length === n, i + 1, { timeout: 30_000 });
}
const id = new URL(page.url()).hash.split('/')[2];
const edit = (edit) => rpc('programme_edit', { id, edit });
const { tracks: [voice, interview, music] } = await rpc('programme', { id });
const [news, item, tune] = voice.clips.map((clip) => clip.id);
await edit({ type: 'move', clip: tune, track: music.id, position: 0 });
await edit({ type: 'trim', clip: tune, source_in: 0, source_out: 14 * SECOND });
await edit({ type: 'set-gain', clip: tune, gain_db: -8 });
await edit({ type: 'set-fades', clip: tune, fade_in: SECOND, fade_out: 3 * SECOND });
await edit({ type: 'move', clip: news, track: voice.id, position: 8 * SECOND });
await edit({ type: 'move', clip: item, track: voice.id, position: 36 * SECOND });
const cut = await edit({ type: 'split', clip: item, at: 50 * SECOND });
const talk = cut.tracks[0].clips.at(-1).id;
await edit({ type: 'move', clip: talk, track: interview.id, position: 51 * SECOND });
await edit({ type: 'set-label', clip: talk, label: 'Phỏng vấn trạm y tế', mute: false });
await edit({ type: 'set-gain', clip: item, gain_db: 1.8 });
await settle();
await page.keyboard.press('m');
await page.locator('.loud p').waitFor({ state: 'detached', timeout: 60_000 });
await page.locator('aside ol button', { hasText: 'Lịch tiêm chủng' }).click();
await shot('radio');
await put('Trạm y tế xã thông báo lịch tiêm chủng mở rộng cho trẻ dưới năm tuổi.', 'y tế, tiêm chủng');

await deckFrom(/Lịch tiêm chủng/);
await page.getByRole('radio', { name: /P5/ }).click();
await page.locator('aside ul button', { hasText: 'Chữ' }).first().click();
await page.getByRole('radio', { name: 'Như trên bảng' }).click();
await page.locator('.check').first().waitFor();
await shot('board');
await put('', 'y tế');
await deckFrom(/Cảnh báo bão/);

await go('#/kho');
await page.getByRole('searchbox').fill('tiem chung');
await page.locator('mark').first().waitFor();
await settle();
await page.getByRole('row', { name: /Bản tin sáng/ }).click();
await settle();
await shot('archive');
for (const box of await page.getByRole('checkbox').all()) await box.check();
await page.keyboard.press('Control+g');
await dialog.waitFor();
await page.keyboard.press('Control+Enter');
await page.getByText('Tỉnh đã nhận').first().waitFor({ timeout: 120_000 });
await settle();
await page.keyboard.press('Enter');
await dialog.getByText('Chữ ký hợp lệ').waitFor();
await shot('delivery');
await page.keyboard.press('Escape');
await go('#/hom-nay');
await shot('home');
await go('#/cai-dat');
await shot('settings');
await studio.close();
province.kill();
rmSync(folder, { recursive: true, force: true });
pulse.stop();
