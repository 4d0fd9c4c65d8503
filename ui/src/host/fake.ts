// A host for unit tests: answers from a table, remembers what was asked, lets a test send events.
import type { Commands, CommandName } from '../wire/commands';
import type { Event } from '../wire/Event';
import type { Problem } from '../wire/Problem';
import type { Host } from './host';

type Answers = { [K in CommandName]?: (request: Commands[K]['request']) => Commands[K]['response'] };

export interface FakeHost extends Host {
  readonly asked: { name: CommandName; request: unknown }[];
  send(event: Event): void;
  /** The stream of events falls, or stands again. */
  line(up: boolean): void;
}

export function fakeHost(answers: Answers): FakeHost {
  let deliver: (event: Event) => void = () => undefined;
  let line: (up: boolean) => void = () => undefined;
  const asked: FakeHost['asked'] = [];
  return {
    asked,
    async call(name, request) {
      asked.push({ name, request });
      const answer = answers[name];
      if (!answer) throw { code: 'bad-request', detail: `the test answers no ${name}` } satisfies Problem;
      return answer(request);
    },
    listen(onEvent, onLine) { deliver = onEvent; line = onLine; onLine(true); },
    media: (path) => `fake://${path}`,
    offer: null,
    hover: null,
    send: (event) => deliver(event),
    line: (up) => line(up),
  };
}
