// What stands beside the word of a field.

/** One control, several that need a common name, a group that has a name of its own, or only words. */
export type Holds = 'one' | 'several' | 'named' | 'nothing';

export function holdsOf(box: Pick<ParentNode, 'querySelector' | 'querySelectorAll'>): Holds {
  if (box.querySelector('[role="radiogroup"], [role="group"]')) return 'named';
  const count = box.querySelectorAll('input, select, textarea, button').length;
  return count === 0 ? 'nothing' : count === 1 ? 'one' : 'several';
}
