// The folder rules of README.md as ESLint rules: who may import whom, and no words on screen
// outside src/text. Kept here rather than in a plugin so that a newcomer can read them in a minute.
import path from 'node:path';

/** Which folders of src/ a folder may import from. A desk is its own world: `desks/audio` and so on. */
const MAY_IMPORT = {
  wire: ['wire'],
  host: ['host', 'wire'],
  text: ['text', 'wire'],
  kit: ['kit'],
  state: ['state', 'host', 'wire', 'text'],
  desks: ['kit', 'state', 'text', 'wire'],
  views: ['views', 'desks', 'kit', 'state', 'text', 'wire'],
};

const SRC = path.join(import.meta.dirname, 'src');

/** `desks/audio/Timeline.svelte` → `{ layer: 'desks', desk: 'audio' }`; files at the root of src/ are free. */
function placeOf(file) {
  const parts = path.relative(SRC, file).split(path.sep);
  if (parts[0] === '..' || parts.length < 2) return null;
  return { layer: parts[0], desk: parts[0] === 'desks' ? parts[1] : null };
}

export const layers = {
  meta: { type: 'problem', schema: [], messages: {
    tauri: '@tauri-apps/* belongs to src/host alone.',
    layer: 'src/{{from}} may not import from src/{{to}} (see eslint.rules.js).',
    desk: 'A desk never imports another desk: mix them in src/views.',
  } },
  create(context) {
    const from = placeOf(context.filename);
    if (!from) return {};
    const look = (node) => {
      const source = node.source?.value;
      if (typeof source !== 'string') return;
      if (source.startsWith('@tauri-apps/') && from.layer !== 'host') {
        context.report({ node, messageId: 'tauri' });
      }
      if (!source.startsWith('.')) return;
      const to = placeOf(path.resolve(path.dirname(context.filename), source));
      if (!to || !(from.layer in MAY_IMPORT)) return;
      if (to.desk && from.desk && to.desk !== from.desk) context.report({ node, messageId: 'desk' });
      else if (to.layer !== from.layer && !MAY_IMPORT[from.layer].includes(to.layer)) {
        context.report({ node, messageId: 'layer', data: { from: from.layer, to: to.layer } });
      }
    };
    return {
      ImportDeclaration: look, ExportNamedDeclaration: look, ExportAllDeclaration: look, ImportExpression: look,
    };
  },
};

/** Attributes a person reads or hears. */
const SPOKEN = new Set(['title', 'alt', 'placeholder', 'aria-label', 'aria-description', 'aria-valuetext',
  'aria-roledescription', 'label', 'hint', 'heading', 'empty']);
/** Units, names and key caps that are the same in every language; single letters name keys and axes. */
const SAME_EVERYWHERE = /^(?:.|LUFS|LU|dBTP|dB|px|mm|kB|Hz|kHz|Loa|Studio|https|Ctrl|Alt|Shift|Enter|Space|Del|Delete|Home|Esc)$/u;

function words(text) {
  return text.split(/[^\p{L}\p{M}\d]+/u).filter((w) => /\p{L}/u.test(w) && !SAME_EVERYWHERE.test(w));
}

export const literalWords = {
  meta: { type: 'problem', schema: [], messages: { word: 'Words on screen belong in src/text: “{{text}}”.' } },
  create(context) {
    const report = (node, text) => {
      if (words(text).length > 0) context.report({ node, messageId: 'word', data: { text: text.trim().slice(0, 40) } });
    };
    return {
      SvelteText(node) {
        if (node.parent?.type === 'SvelteElement' || node.parent?.type?.startsWith('Svelte')) {
          if (node.parent.type !== 'SvelteStyleElement' && node.parent.type !== 'SvelteScriptElement') report(node, node.value);
        }
      },
      SvelteAttribute(node) {
        if (!SPOKEN.has(node.key.name)) return;
        for (const part of node.value) {
          if (part.type === 'SvelteLiteral') report(part, part.value);
          else if (part.type === 'SvelteMustacheTag' && part.expression.type === 'Literal'
            && typeof part.expression.value === 'string') report(part, part.expression.value);
        }
      },
      'SvelteMustacheTag[kind="text"] Literal'(node) {
        // {cond ? 'Words' : …}: comparisons and keys are not shown, so only the branches count.
        let up = node.parent;
        while (up.type !== 'SvelteMustacheTag') up = up.parent;
        if (up.parent.type === 'SvelteAttribute') return;
        if (typeof node.value === 'string' && node.parent.type === 'ConditionalExpression' && node.parent.test !== node) {
          report(node, node.value);
        }
      },
    };
  },
};
