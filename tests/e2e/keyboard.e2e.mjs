// The main path by keyboard alone: no pointer event is sent, from the first screen to the receipt.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { startPulse } from './lib/pulse.mjs';
import { openStudio, TRAINING } from './lib/studio.mjs';

const VOICE = path.join(TRAINING, 'ban-tin.wav');
let pulse;
let studio;
let page;
const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };
const count = (n) => page.waitForFunction((n) => document.querySelectorAll('aside ol button').length === n, n, { timeout: 30_000 });

/** Tabs on until the focus is on something with this spoken name. */
async function tabTo(name, max = 80) {
  for (let i = 0; i < max; i++) {
    const at = await page.evaluate(() => {
      const el = document.activeElement;
      return `${el?.getAttribute('aria-label') ?? ''} ${el?.textContent ?? ''}`;
    });
    if (name.test(at)) return;
    await press('Tab');
  }
  assert.fail(`no way to ${name} by Tab`);
}

before(async () => {
  pulse = await startPulse();
  studio = await openStudio('keyboard', { env: { PULSE_SERVER: pulse.server } });
  page = studio.page;
});
after(async () => {
  await studio?.close();
  pulse?.stop();
});

test('a sheet tells every key', async () => {
  await press('?');
  await page.getByRole('dialog').getByText('Ở mọi nơi').waitFor();
  await studio.shot('phim-tat');
  await press('Escape');
});

test('the sandbox province is started from settings', async () => {
  await press('Alt+7');
  await page.getByRole('heading', { name: 'Cài đặt' }).waitFor();
  await tabTo(/^Tập với tỉnh giả lập/);
  await press('Space');
  await page.getByText('Đang chạy ở http').waitFor();
});

test('a programme is recorded and a file is laid behind it', async () => {
  pulse.speak(VOICE);
  await press('Control+r');
  await page.getByText('ĐANG THU').waitFor({ timeout: 45_000 });
  await page.waitForTimeout(2500);
  await press('r');
  await count(1);
  pulse.hush();
  const chooser = page.waitForEvent('filechooser');
  await press('Control+o');
  await (await chooser).setFiles(VOICE);
  await count(2);
  // What came in last is selected, once it is in.
  await page.locator('aside ol li:last-child button.on').waitFor();
});

test('clips are chosen, split, trimmed, moved, faded, removed and undone', async () => {
  await press('Escape', 'Home', 'End', 'Shift+ArrowLeft', 'Shift+ArrowLeft', 's');
  await count(3);
  await press('Alt+ArrowUp', 'Alt+ArrowUp');
  await page.getByText('+1,0').first().waitFor();
  await press('ArrowRight', 'Shift+ArrowRight', 'ArrowDown');
  await page.locator('aside ol button.on', { hasText: /Phỏng vấn/ }).waitFor();
  await press('Delete');
  await count(2);
  await press('Control+z');
  await count(3);
  await press('Control+y');
  await count(2);
  await press('Control+z');
  await count(3);
  await studio.shot('dung');
});

test('it is heard, stopped and shuttled', async () => {
  await press('Escape', 'Home', 'Space');
  await page.waitForFunction(() => document.querySelector('.tc')?.textContent > '00:00:00,5', null, { timeout: 45_000 });
  await press('k');
  await press('l');
  await press('k', 'Home');
});

test('it is normalised and put into the archive', async () => {
  await press('m');
  await page.getByText('Đo để thấy').waitFor({ state: 'detached' });
  assert.equal(await page.locator('canvas.past').count(), 0);
  await press('n');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Nghe sau').waitFor({ timeout: 120_000 });
  assert.match(await dialog.locator('tbody tr').first().locator('td').nth(2).innerText(), /^−(15,[89]|16,[012])$/);
  await press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText('Đường đo trước khi chuẩn hoá').waitFor();
  assert.equal(await page.locator('canvas.past').count(), 1);
  await press('Control+Enter');
  await page.getByRole('dialog').locator('textarea').waitFor();
  await page.waitForFunction(() => document.activeElement instanceof HTMLTextAreaElement);
  await page.keyboard.type('Loi doc ve tiem chung mo rong');
  await press('Control+Enter');
  await page.getByText('đã vào kho').waitFor({ timeout: 120_000 });
});

test('slides are made, edited and archived', async () => {
  await press('Control+b');
  await page.getByRole('dialog').getByRole('button', { name: /trang/ }).first().waitFor();
  await press('Enter');
  await page.getByRole('group', { name: 'Sân khấu bảng' }).waitFor({ timeout: 45_000 });
  await page.waitForFunction(() => document.querySelector('[aria-label="Sân khấu bảng"] img')?.naturalWidth > 0);
  for (let i = 0; i < 8 && (await page.locator('aside textarea').count()) === 0; i++) await press('.');
  const src = await page.locator('[aria-label="Sân khấu bảng"] img').getAttribute('src');
  await press('Enter');
  await page.keyboard.insertText('LỊCH TIÊM CHỦNG');
  await press('Escape');
  await page.waitForFunction((src) => document.querySelector('[aria-label="Sân khấu bảng"] img').getAttribute('src') !== src, src);
  await press('Shift+ArrowRight', 'ArrowDown', 'Control+z', 'Control+d', 'PageUp', '+');
  await page.locator('.check').first().waitFor();
  await studio.shot('bang-tin');
  await press('Shift+B');
  const usual = page.getByRole('dialog').getByRole('combobox', { name: 'Bảng mẫu' });
  await usual.locator('option').nth(1).waitFor({ state: 'attached' });
  assert.ok(await usual.evaluate((el) => el === document.activeElement), 'the usual boards come first');
  await press('ArrowDown');
  const chosen = await usual.inputValue();
  assert.notEqual(chosen, '', 'a usual board is chosen');
  assert.equal(await page.getByRole('dialog').getByLabel('Tên bảng').getAttribute('placeholder'), chosen);
  await press('Control+Enter');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.getByRole('radio', { name: chosen, checked: true }).waitFor();
  await press('Control+Enter');
  await page.getByRole('dialog').locator('textarea').waitFor();
  await press('Control+Enter');
  await page.getByText('đã vào kho').first().waitFor({ timeout: 60_000 });
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
});

test('items are found, marked, sealed, sent and receipted', async () => {
  await press('Control+k');
  await page.getByRole('searchbox').waitFor();
  await page.waitForFunction(() => document.activeElement?.getAttribute('type') === 'search');
  await page.keyboard.type('tiem chung');
  await page.locator('mark').first().waitFor();
  await press('ArrowDown', 'Space');
  await page.getByText('Đã chọn 1').waitFor();
  await press('Control+g');
  await page.getByRole('dialog').waitFor();
  await press('Control+Enter');
  await page.getByText('Đã gửi tập').first().waitFor({ timeout: 120_000 });
  await page.waitForFunction(() => !document.querySelector('dialog[open]'));
  await press('Enter');
  await page.getByRole('dialog').getByText('Chữ ký hợp lệ').waitFor();
  await studio.shot('bien-nhan');
  await press('Escape');
});

test('the focus is always visible', async () => {
  await press('Alt+1');
  for (let i = 0; i < 12; i++) {
    await press('Tab');
    const seen = await page.evaluate(() => {
      const el = document.activeElement;
      if (!el || el === document.body) return true;
      return getComputedStyle(el).outlineStyle !== 'none' || getComputedStyle(el.parentElement).outlineStyle !== 'none';
    });
    assert.ok(seen, 'what has the focus has an outline');
  }
});
