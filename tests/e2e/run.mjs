// Runs the browser tests: each file starts its own `loa serve` on a store of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;
const root = path.resolve(here, '../..');
const loa = process.env.LOA_BIN ?? path.join(root, 'target/debug/loa');
for (const [what, file] of [['LOA_BIN', loa], ['ui/dist', path.join(root, 'ui/dist/index.html')], ['ui/node_modules', path.join(root, 'ui/node_modules/playwright-core')]]) {
  if (!existsSync(file)) {
    console.error(`${what} is missing: ${file}`);
    process.exit(2);
  }
}
rmSync(path.join(here, 'output'), { recursive: true, force: true });
mkdirSync(path.join(here, 'output'), { recursive: true });
const wanted = process.argv.slice(2);
const files = readdirSync(here).filter((file) => file.endsWith('.e2e.mjs') && (wanted.length === 0 || wanted.some((name) => file.startsWith(name))))
  .map((file) => path.join(here, file));
// One after another: two cores, one sound server, and pictures that nobody else disturbs.
const run = spawnSync(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=spec', ...files],
  { stdio: 'inherit', env: { ...process.env, LOA_BIN: path.resolve(loa) } });
process.exit(run.status ?? 1);
