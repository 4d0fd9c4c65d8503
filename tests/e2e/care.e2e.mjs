// What a newcomer trips over: a slow or failing core, dialogs, names, words written once already.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { dropFile, openStudio, TRAINING } from './lib/studio.mjs';

let studio;
let page;
const answer = { delay_ms: 0, failing: null };
const button = (name) => page.getByRole('button', { name });
const dialog = () => page.getByRole('dialog');
const words = () => dialog().locator('textarea');

before(async () => {
  studio = await openStudio('care');
  page = studio.page;
  await page.route('**/rpc/**', async (route) => {
    if (answer.failing && route.request().url().endsWith(answer.failing.command)) {
      await route.fulfill({ status: 422, json: { code: answer.failing.code, detail: 'made up by the test' } });
      return;
    }
    if (answer.delay_ms) await new Promise((go) => setTimeout(go, answer.delay_ms));
    await route.continue();
  });
});
after(() => studio?.close());

test('a core that answers late is waited for in sight', async () => {
  answer.delay_ms = 1500;
  await page.reload({ waitUntil: 'commit' });
  await page.getByText('Đang mở…').waitFor({ timeout: 1400 });
  await page.locator('nav a').first().waitFor();
  answer.delay_ms = 0;
});

test('a new name is one step of undo', async () => {
  await page.keyboard.press('Control+n');
  const name = page.getByLabel('Tên chương trình');
  await name.waitFor();
  await page.waitForFunction(() => document.querySelector('input[aria-label="Tên chương trình"]').value !== '');
  const old = await name.inputValue();
  await dropFile(page, 'ban-tin.wav', 'audio/wav', readFileSync(path.join(TRAINING, 'ban-tin.wav')));
  await page.locator('aside ol button').first().waitFor({ timeout: 30_000 });
  await name.fill('Lịch tiêm chủng');
  await name.press('Enter');
  await button('Hoàn tác: đổi tên').click();
  await page.waitForFunction((old) => document.querySelector('input[aria-label="Tên chương trình"]').value === old, old);
  await button('Hoàn tác: thêm tiếng').or(button('Hoàn tác: thêm đoạn')).or(button('Hoàn tác: nhiều thay đổi')).waitFor();
});

test('a failure behind an open dialog is seen over it, answered there, and the words stay', async () => {
  await button(/^Đưa vào kho/).click();
  await words().fill('Trạm y tế xã thông báo.');
  answer.failing = { command: '/document_archive', code: 'disk-full' };
  await dialog().getByRole('button', { name: /^Đưa vào kho/ }).click();
  await dialog().getByText('Ổ đĩa đã đầy').waitFor();
  answer.failing = null;
  await studio.shot('loi-tren-hop-thoai');
  await dialog().locator('.toast').getByRole('button', { name: 'Đóng' }).click();
  assert.equal(await words().inputValue(), 'Trạm y tế xã thông báo.');
});

test('letters marked with a drag that ends beside the dialog do not close it', async () => {
  const box = await words().boundingBox();
  await page.mouse.move(box.x + 60, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(20, 300, { steps: 4 });
  await page.mouse.up();
  assert.equal(await words().inputValue(), 'Trạm y tế xã thông báo.');
  await dialog().getByRole('button', { name: /^Đưa vào kho/ }).click();
  await page.getByText('đã vào kho').waitFor({ timeout: 60_000 });
});

test('put in again, a document begins with the words of the last time', async () => {
  await page.keyboard.press('Control+Enter');
  await words().waitFor();
  await page.waitForFunction(() => document.querySelector('dialog textarea').value === 'Trạm y tế xã thông báo.');
  await page.keyboard.press('Escape');
});

test('the focus goes back to the button that opened a dialog', async () => {
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement.textContent.trim().startsWith('Đưa vào kho'))) break;
  }
  await page.keyboard.press('Enter');
  await words().waitFor();
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.activeElement.textContent.trim().startsWith('Đưa vào kho'));
});

test('what was just put in is shown, whatever was looked for in the archive before', async () => {
  await page.getByRole('navigation').getByRole('link', { name: 'Kho' }).click();
  await page.getByRole('searchbox').fill('không có chữ này');
  await page.getByText('Không thấy gì').waitFor();
  await page.goBack();
  await page.keyboard.press('Control+Enter');
  await words().waitFor();
  await page.keyboard.press('Control+Enter');
  await page.getByRole('button', { name: 'Xem trong kho' }).click({ timeout: 60_000 });
  await page.locator('.title', { hasText: 'Bản tin' }).waitFor();
  assert.equal(await page.getByRole('row').count(), 1);
});

test('the number of archived items on the first screen is that of the archive', async () => {
  await page.getByRole('navigation').getByRole('link', { name: 'Hôm nay' }).click();
  await page.getByText('Kho 1 mục').waitFor();
});

test('a deck with errors on a board is offered as a draft, and says on which boards', async () => {
  await page.getByRole('navigation').getByRole('link', { name: 'Bảng tin' }).click();
  await button(/Bảng tin mới/).first().click();
  await dialog().getByRole('button', { name: /trang/ }).first().click();
  await page.locator('.check').first().waitFor();
  const status = () => dialog().getByRole('combobox', { name: 'Trạng thái' });
  const last = (await page.getByRole('radiogroup', { name: 'Bảng', exact: true }).getByRole('radio').last().innerText()).trim();
  const checked = page.waitForResponse((r) => r.url().endsWith('/deck_check') && r.request().postDataJSON().board === last);
  await button('Đưa vào kho').click();
  await words().waitFor();
  await (await checked).finished();
  assert.equal(await status().inputValue(), 'approved');
  await studio.shot('kho-dat');
  await page.keyboard.press('Escape');
  const fill = async (name, value) => {
    const box = page.getByRole('textbox', { name, exact: true });
    await box.fill(value);
    await box.press('Enter');
  };
  await fill('Thời lượng', '1');
  await page.locator('.check.warning').first().waitFor();
  await button('Đưa vào kho').click();
  await dialog().locator('.faults li').first().waitFor();
  assert.equal(await status().inputValue(), 'approved', 'a warning alone leaves the choice as it was');
  await page.keyboard.press('Escape');
  await page.locator('aside ul button').filter({ hasText: 'Chữ' }).first().click();
  await fill('x', '-20');
  await page.locator('.check.error').first().waitFor();
  await page.getByRole('radio', { name: `${last}: 2 điều cần sửa` }).waitFor();
  await studio.shot('bang-co-loi');
  await button('Đưa vào kho').click();
  await dialog().locator('.faults.bad li').first().waitFor();
  assert.equal(await status().inputValue(), 'draft');
  for (const theme of ['light', 'dark']) {
    await page.evaluate((theme) => { document.documentElement.dataset.theme = theme; }, theme);
    await studio.shot(`kho-loi-${theme}`);
  }
  await status().selectOption('approved');
  assert.equal(await status().inputValue(), 'approved');
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'hidden' });
});

test('without a microphone no empty programme stays behind', async () => {
  answer.failing = { command: '/record_start', code: 'no-device' };
  await page.keyboard.press('Control+r');
  await page.getByText('Không thấy micro').waitFor();
  answer.failing = null;
  await page.getByRole('heading', { name: 'Chương trình' }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll('[role=row]').length === 1);
});

test('English writes its decimals with a point, also in fields', async () => {
  await page.keyboard.press('Alt+7');
  await page.getByRole('radio', { name: 'English' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('navigation').getByRole('link', { name: 'Radio' }).click();
  await page.getByRole('row').first().dblclick();
  await page.locator('aside ol button').first().click();
  assert.equal(await page.getByLabel('Starts', { exact: true }).last().inputValue(), '0.00');
});
