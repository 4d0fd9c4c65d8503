import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import { layers, literalWords } from './eslint.rules.js';

const loa = { rules: { layers, 'literal-words': literalWords } };

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'src/wire/'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    plugins: { loa },
    rules: {
      'loa/layers': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-invalid-void-type': 'off',
      'no-console': 'error',
      // Plain Map and Set are used for lookups that no markup reads.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] } },
    rules: { 'svelte/no-navigation-without-resolve': 'off' },
  },
  { files: ['**/*.svelte'], rules: { 'loa/literal-words': 'error' } },
  { files: ['*.js', '*.ts'], languageOptions: { globals: globals.node } },
);
