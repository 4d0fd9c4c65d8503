// The whole main path with the mouse: from the microphone to the receipt.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { startPulse } from './lib/pulse.mjs';
import { coloursOf, dropFile, openStudio, TRAINING } from './lib/studio.mjs';

const VOICE = path.join(TRAINING, 'ban-tin.wav');
let pulse;
let studio;
let page;

before(async () => {
  pulse = await startPulse();
  studio = await openStudio('mouse', { env: { PULSE_SERVER: pulse.server }, size: { width: 1440, height: 900 } });
  page = studio.page;
});
after(async () => {
  await studio?.close();
  pulse?.stop();
});

const rail = (name) => page.getByRole('navigation').getByRole('link', { name }).click();
const button = (name) => page.getByRole('button', { name });
const clips = () => page.locator('aside ol button');

test('the first screen says what to do first', async () => {
  await page.getByText('Chưa có việc nào dở dang').waitFor();
  await studio.shot('trong');
});

test('settings name the team and start the sandbox province', async () => {
  await rail('Cài đặt');
  const team = page.getByLabel('Tên tổ', { exact: true }).last();
  await team.fill('Tổ Thông tin');
  await team.blur();
  const person = page.getByLabel('Người làm việc', { exact: true }).last();
  await person.fill('Lê Thị Mai');
  await person.blur();
  await page.getByRole('switch', { name: 'Tỉnh giả lập' }).click();
  await page.getByText('Đang chạy ở http').waitFor();
  await page.getByText('ĐANG TẬP', { exact: true }).waitFor();
  await studio.shot('cai-dat');
});

test('the word beside a row of choices presses none of them, and the word beside a box goes to the box', async () => {
  const look = () => page.locator('html').getAttribute('data-theme');
  const dark = page.getByRole('radio', { name: 'Tối', exact: true });
  await dark.click();
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  for (const word of ['Nền', 'Ngôn ngữ']) await page.locator('section').getByText(word, { exact: true }).click();
  await page.waitForTimeout(300);
  assert.equal(await look(), 'dark');
  assert.equal(await dark.getAttribute('aria-checked'), 'true');
  await page.getByRole('radio', { name: 'Theo máy', exact: true }).click();
  await page.getByText('Người làm việc', { exact: true }).click();
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Người làm việc');
});

test('a chosen file becomes a clip with its waveform', async () => {
  await rail('Hôm nay');
  await button(/Chương trình mới/).click();
  const chooser = page.waitForEvent('filechooser');
  await button(/Mở tệp/).first().click();
  await (await chooser).setFiles(VOICE);
  await clips().first().waitFor({ timeout: 30_000 });
  await page.waitForFunction(() => document.querySelectorAll('aside ol button').length === 1);
  await page.locator('canvas.main').waitFor();
  await page.waitForTimeout(500);
  assert.ok(await coloursOf(page, 'canvas.main') > 6, 'the timeline shows a waveform');
});

test('a dropped file is laid behind it', async () => {
  await dropFile(page, 'tin-thu-hai.wav', 'audio/wav', readFileSync(VOICE));
  await page.waitForFunction(() => document.querySelectorAll('aside ol button').length === 2, null, { timeout: 30_000 });
});

test('the microphone is recorded, with its level in sight, and taken in', async () => {
  pulse.speak(VOICE);
  await button('Thu âm').click();
  await page.getByText('ĐANG THU').waitFor();
  await page.waitForFunction(() => Number(document.querySelector('[role=meter]')?.getAttribute('aria-valuenow')) > -50, null, { timeout: 45_000 });
  await page.waitForTimeout(2500);
  await studio.shot('thu-am');
  await button(/Dừng và lấy vào/).click();
  await page.waitForFunction(() => document.querySelectorAll('aside ol button').length === 3, null, { timeout: 30_000 });
  pulse.hush();
});

test('clips are split, moved, trimmed and removed, and all of it undone', async () => {
  const canvas = page.locator('canvas.main');
  const box = await canvas.boundingBox();
  await clips().first().click();
  // Into the first clip: a click on the ruler sets the playhead.
  await canvas.click({ position: { x: box.width * 0.12, y: 12 } });
  await button(/Cắt tại vạch/).click();
  await page.waitForFunction(() => document.querySelectorAll('aside ol button').length === 4);
  await button(/Bỏ đoạn/).click();
  await page.waitForFunction(() => document.querySelectorAll('aside ol button').length === 3);
  await button(/Hoàn tác/).click();
  await page.waitForFunction(() => document.querySelectorAll('aside ol button').length === 4);
  await studio.shot('cat');
  const start = page.getByLabel('Bắt đầu', { exact: true }).last();
  await clips().last().click();
  const was = await start.inputValue();
  // The last clip by its body to the right: all of the programme is in sight, with 6 % of air behind.
  const from_s = Number(was.replace(',', '.'));
  const [minutes, seconds] = (await clips().last().locator('.d').innerText()).split(':').map(Number);
  const length_s = minutes * 60 + seconds;
  const x = box.x + ((from_s + length_s / 2) / (from_s + length_s)) * box.width * 0.94;
  await page.mouse.move(x, box.y + 100);
  await page.mouse.down();
  await page.mouse.move(x + 40, box.y + 100, { steps: 6 });
  await page.mouse.up();
  await page.waitForFunction((was) => [...document.querySelectorAll('input[aria-label="Bắt đầu"]')].at(-1).value !== was, was);
  for (let i = 0; i < 2; i++) await button(/Hoàn tác/).click();
  await page.waitForFunction(() => document.querySelectorAll('aside ol button').length === 3);
});

test('what is heard moves the playhead', async () => {
  await button('Về đầu').click();
  await button('Phát', { exact: true }).click();
  await page.waitForFunction(() => document.querySelector('.tc')?.textContent > '00:00:01', null, { timeout: 45_000 });
  await button('Dừng', { exact: true }).first().click();
});

test('normalising shows before and after, on target', async () => {
  const profile = page.getByRole('combobox', { name: 'Mức phát' });
  await profile.selectOption('broadcast');
  await page.getByText('−23,0 ± 0,2 LUFS').waitFor();
  await button(/Đo âm lượng/).click();
  await page.getByText(/−\d+,\d LUFS/).first().waitFor({ timeout: 60_000 });
  await button(/^Chuẩn hoá/).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Nghe sau').waitFor({ timeout: 120_000 });
  const after_lufs = await dialog.locator('tbody tr').first().locator('td').nth(2).innerText();
  assert.match(after_lufs, /^−(22,[89]|23,[012])$/, 'the written file is at −23 ± 0,2 LUFS');
  await studio.shot('truoc-sau');
  await button('Xong').click();
});

test('the programme goes into the archive with its words', async () => {
  await page.getByLabel('Tên chương trình').fill('Lịch tiêm chủng tháng 12');
  await page.getByLabel('Tên chương trình').press('Enter');
  await button('Đưa vào kho').click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('textarea').fill('Trạm y tế xã thông báo lịch tiêm chủng mở rộng cho trẻ dưới năm tuổi.');
  await dialog.getByRole('button', { name: 'Đưa vào kho' }).click();
  await page.getByText('đã vào kho').waitFor({ timeout: 120_000 });
  await studio.shot('phat-thanh');
});

test('a slide from a template shows the words typed, pixel by pixel', async () => {
  await rail('Bảng tin');
  await button(/Bảng tin mới/).first().click();
  await page.getByRole('dialog').getByRole('button', { name: /trang/ }).nth(1).click();
  const stage = page.getByRole('group', { name: 'Sân khấu bảng' });
  await stage.waitFor();
  const img = stage.locator('img');
  await page.waitForFunction(() => document.querySelector('[aria-label="Sân khấu bảng"] img')?.naturalWidth > 0);
  await studio.shot('bang-tin-mau');
  // Through the list of elements, then on the stage itself.
  await page.locator('aside ul button').filter({ hasText: 'Chữ' }).first().click();
  const before_src = await img.getAttribute('src');
  await page.getByLabel('Nội dung', { exact: true }).fill('TIÊM CHỦNG MỞ RỘNG');
  await page.waitForFunction((src) => {
    const img = document.querySelector('[aria-label="Sân khấu bảng"] img');
    return img.getAttribute('src') !== src && img.complete && img.naturalWidth > 0;
  }, before_src, { timeout: 45_000 });
  await page.getByText('Kiểm tra dễ đọc').waitFor();
  await page.locator('.check').first().waitFor();
  await page.getByRole('radio', { name: 'Như trên bảng' }).click();
  await studio.shot('bang-tin');
  await page.getByRole('radio', { name: 'Thiết kế' }).click();
});

test('what a check finds is mended by one click, and undone', async () => {
  await page.keyboard.press('Escape');
  await page.locator('aside').last().click({ position: { x: 2, y: 2 } });
  const duration = page.getByLabel('Thời lượng', { exact: true }).last();
  if (!(await duration.isVisible())) await page.keyboard.press('Escape');
  await duration.fill('1');
  await duration.press('Enter');
  const mend = page.locator('.check', { hasText: 'Thời gian đọc' }).getByRole('button', { name: 'Sửa giúp' }).first();
  await mend.waitFor({ timeout: 45_000 });
  await studio.shot('kiem-tra');
  await mend.click();
  await page.waitForFunction(() => [...document.querySelectorAll('input[aria-label="Thời lượng"]')].at(-1).value !== '1,0', null, { timeout: 45_000 });
});

test('the deck goes into the archive', async () => {
  await button('Đưa vào kho').click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('textarea').fill('Bảng LED: tiêm chủng mở rộng.');
  await dialog.getByRole('button', { name: 'Đưa vào kho' }).click();
  await page.getByText('đã vào kho').waitFor({ timeout: 60_000 });
});

test('both are found without marks, and heard from the archive', async () => {
  await rail('Kho');
  await page.getByRole('searchbox').fill('tiem chung');
  await page.locator('mark', { hasText: /tiêm chủng/i }).first().waitFor();
  await page.waitForFunction(() => document.querySelectorAll('[role=row]').length === 2, null, { timeout: 45_000 });
  // Marked in the title and in the text found.
  await studio.shot('kho');
  for (const box of await page.getByRole('checkbox').all()) await box.check();
  await page.getByText('Đã chọn 2').waitFor();
});

test('a practised package goes on after cut lines and comes back as a receipt that is called practice', async () => {
  await rail('Gửi tỉnh');
  await button(/Cắt thử đường truyền/).click();
  await page.getByText('sẽ bị cắt hai lần').waitFor();
  await rail('Kho');
  await button(/Tạo gói gửi tỉnh/).click();
  const dialog = page.getByRole('dialog');
  await studio.shot('goi-moi');
  await dialog.getByRole('button', { name: /Đóng gói và gửi/ }).click();
  await page.getByText('Gửi hệ thống thông tin nguồn tỉnh').waitFor({ timeout: 60_000 });
  await page.getByText('Đang đợi').first().waitFor({ timeout: 20_000 }).then(() => studio.shot('dut-mang'), () => undefined);
  await page.getByText('Đã gửi tập').first().waitFor({ timeout: 120_000 });
  await page.getByText(/Đã gửi tiếp từ/).first().waitFor();
  await button('Biên nhận').first().click();
  const receipt = page.getByRole('dialog');
  await receipt.getByText('Chữ ký hợp lệ').waitFor();
  await receipt.getByText('trùng với gói đã gửi').waitFor();
  await receipt.getByText('TẬP: gói này chưa tới tỉnh thật').waitFor();
  await studio.shot('bien-nhan');
  await receipt.getByRole('button', { name: 'Xong' }).click();
});

test('after the core is killed everything acknowledged is there', async () => {
  await studio.crash();
  await page.getByText('Lịch tiêm chủng tháng 12').first().waitFor();
  await studio.shot('hom-nay');
  await rail('Kho');
  await page.getByRole('searchbox').fill('TIÊM CHỦNG');
  await page.waitForFunction(() => document.querySelectorAll('[role=row]').length === 2);
  // What was practised is no delivery.
  assert.equal(await page.getByRole('row').getByText('Tỉnh đã nhận').count(), 0);
  await page.getByText('ĐANG TẬP', { exact: true }).waitFor();
});

test('no error was logged by the page on the way', () => {
  assert.deepEqual(studio.errors.filter((e) => !/ERR_CONNECTION|WebSocket/.test(e)), []);
});
