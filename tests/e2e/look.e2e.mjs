// Every screen at both sizes, light and dark: pictures to look at, and nothing cut off.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { dropFile, openStudio, TRAINING } from './lib/studio.mjs';

let studio;
let page;
const addresses = { 'hom-nay': null, 'phat-thanh': null, 'bang-tin': null, 'tin-bai': null, kho: null, 'gui-tinh': null, 'cai-dat': null };

before(async () => {
  studio = await openStudio('look', { size: { width: 1440, height: 900 } });
  page = studio.page;
  await page.keyboard.press('Control+n');
  await page.getByLabel('Tên chương trình').waitFor();
  addresses['phat-thanh'] = new URL(page.url()).hash;
  await dropFile(page, 'ban-tin.wav', 'audio/wav', readFileSync(path.join(TRAINING, 'ban-tin.wav')));
  await page.locator('aside ol button').first().waitFor({ timeout: 30_000 });
  await page.keyboard.press('Control+b');
  await page.getByRole('dialog').getByRole('button', { name: /trang/ }).nth(1).click();
  await page.getByRole('group', { name: 'Sân khấu bảng' }).waitFor();
  addresses['bang-tin'] = new URL(page.url()).hash;
});
after(() => studio?.close());

/** What reaches over the window, or is cut by a box that does not scroll. */
const cutOff = () => page.evaluate(() => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight) found.push('the page scrolls');
  for (const el of document.querySelectorAll('header *, footer *, nav *')) {
    const box = el.getBoundingClientRect();
    if (box.width > 0 && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.left < -1)) found.push(`${el.tagName} ${el.textContent?.trim().slice(0, 30)}`);
  }
  const header = document.querySelector('main > header');
  if (header && header.scrollWidth > header.clientWidth + 1) found.push('the header is too narrow');
  for (const el of document.querySelectorAll('aside, section, main > div')) {
    if (el.scrollWidth > el.clientWidth + 1) found.push(`${el.tagName} ${el.className} is wider than its place`);
  }
  return found;
});

for (const theme of ['light', 'dark']) {
  for (const size of [{ width: 1280, height: 720 }, { width: 1440, height: 900 }]) {
    for (const name of Object.keys(addresses)) {
      test(`${name} at ${size.width}×${size.height}, ${theme}`, async () => {
        await page.setViewportSize(size);
        await page.evaluate((hash) => { location.hash = hash; }, addresses[name] ?? `#/${name}`);
        await page.evaluate((theme) => { document.documentElement.dataset.theme = theme; }, theme);
        await page.waitForTimeout(400);
        await studio.shot(`${name}-${size.width}-${theme}`);
        assert.deepEqual(await cutOff(), []);
      });
    }
  }
}

test('the smallest window cuts nothing off', async () => {
  await page.setViewportSize({ width: 1024, height: 640 });
  for (const name of Object.keys(addresses)) {
    await page.evaluate((hash) => { location.hash = hash; }, addresses[name] ?? `#/${name}`);
    await page.waitForTimeout(300);
    assert.deepEqual(await cutOff(), [], name);
  }
});

test('English has no word missing and cuts nothing off', async () => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.evaluate(() => { location.hash = '#/cai-dat'; });
  await page.getByRole('radio', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  for (const name of Object.keys(addresses)) {
    await page.evaluate((hash) => { location.hash = hash; }, addresses[name] ?? `#/${name}`);
    await page.waitForTimeout(300);
    assert.deepEqual(await cutOff(), [], name);
  }
  await studio.shot('english');
});
