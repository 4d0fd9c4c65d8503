// The one connection of the window: the host, what is always in sight, jobs, and events handed on.
import { asProblem, type Host } from '../host/host';
import { setLang, t } from '../text/index.svelte';
import type { AppState } from '../wire/AppState';
import type { Code } from '../wire/Code';
import type { Commands, CommandName } from '../wire/commands';
import type { Event } from '../wire/Event';
import type { Job } from '../wire/Job';
import type { JobResult } from '../wire/JobResult';
import type { Problem } from '../wire/Problem';
import type { Settings } from '../wire/Settings';
import { notices } from './notices.svelte';

/** What listeners hear: events, and `anew` where all that events told before has to be read again. */
type Happening = Event | { type: 'anew' };
type Listener = (happening: Happening) => void;
/** Where packages go: the training province, running or not, a real province, or nowhere yet. */
export type GoesTo = 'training' | 'training-off' | 'province' | 'nowhere';
const ENDED = new Set<Job['state']>(['done', 'failed', 'cancelled', 'interrupted']);

class App {
  state: AppState | null = $state.raw(null);
  /** Why the window has nothing to show. */
  failed: Problem | null = $state.raw(null);
  /** Whether the stream of events stands. */
  online = $state(true);
  jobs: Record<string, Job> = $state.raw({});
  #host: Host | null = null;
  #listeners = new Set<Listener>();
  #waiting = new Map<string, ((job: Job) => void)[]>();
  #wasOffline = false;
  #asked = 0;
  #answered = 0;
  /** How often events told of these, so that no answer from before them undoes what they said. */
  #told = { transport: 0, recording: 0 };

  async start(host: Host) {
    this.#host = host;
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', () => { if (this.state) this.#look(this.state.settings); });
    document.documentElement.dataset.theme = dark.matches ? 'dark' : 'light';
    host.listen((event) => this.#hear(event), (up) => this.#line(up));
    await this.again();
  }
  /** Reads all anew, for everybody. */
  async again() {
    await this.refresh();
    this.#tell({ type: 'anew' });
  }
  async refresh() {
    const turn = ++this.#asked;
    const told = { ...this.#told };
    try {
      const state = await this.call('app_state', {});
      // A slower answer to an older question must not replace a newer one.
      if (turn < this.#answered) return;
      this.#answered = turn;
      const now = this.state;
      const overtaken = now ? {
        ...(told.transport !== this.#told.transport ? { transport: now.transport } : {}),
        ...(told.recording !== this.#told.recording ? { recording: now.recording } : {}),
      } : {};
      this.state = Object.keys(overtaken).length > 0 ? { ...state, ...overtaken } : state;
      for (const job of state.jobs) this.#keep(job);
      this.failed = null;
      this.#look(state.settings);
    } catch (error) { this.failed = asProblem(error); }
  }

  get running(): Job[] { return Object.values(this.jobs).filter((job) => job.state === 'running'); }
  get goesTo(): GoesTo {
    if (!this.state) return 'nowhere';
    const { sandbox, settings: { destination, practice } } = this.state;
    if (practice) return sandbox.url ? 'training' : 'training-off';
    return destination === '' ? 'nowhere' : 'province';
  }
  /** Whether packages go to the training province and nothing is delivered. */
  get practises(): boolean { return this.state?.settings.practice ?? false; }
  /** Begins or ends practice. The destination that is set stays as it is. */
  async practise(on: boolean) {
    if (!await this.ask(on ? 'sandbox_start' : 'sandbox_stop', {})) return;
    await this.refresh();
    const settings = this.state?.settings;
    if (on && settings && !settings.practice) await this.setSettings({ ...settings, practice: true });
  }
  runningFor(subject: string): Job[] { return this.running.filter((job) => job.subject === subject); }

  get canOffer() { return this.#host?.offer != null; }
  get offer() { return this.#host?.offer ?? null; }
  hover(onOver: (over: boolean) => void) { this.#host?.hover?.(onOver); }
  media(path: string) { return this.#host?.media(path) ?? ''; }

  /** Rejects with a problem. */
  call<K extends CommandName>(name: K, request: Commands[K]['request']): Promise<Commands[K]['response']> {
    if (!this.#host) return Promise.reject<never>({ code: 'unreachable', detail: 'no host yet' } satisfies Problem);
    return this.#host.call(name, request);
  }
  /** Tells the problem and gives `null`, for buttons that have nothing else to do about it. */
  async ask<K extends CommandName>(name: K, request: Commands[K]['request'], quiet: Code[] = []): Promise<Commands[K]['response'] | null> {
    try { return await this.call(name, request); } catch (error) {
      const problem = asProblem(error);
      if (!quiet.includes(problem.code)) notices.problem(problem);
      return null;
    }
  }
  /** Starts a job and waits for its end; `null` where it did not come to one (the person was told). */
  async finish<K extends CommandName>(name: K, request: Commands[K]['request'] & (Commands[K]['response'] extends Job ? unknown : never)): Promise<JobResult | null> {
    const started = await this.ask(name, request) as Job | null;
    if (!started) return null;
    const job = await this.ended(started);
    if (job.state === 'failed' && job.problem) notices.problem(job.problem);
    if (job.state === 'interrupted') notices.tell('warn', `${t().jobs[job.kind]}: ${t().jobStates.interrupted}`);
    return job.state === 'done' ? job.result : null;
  }
  /** The job once it has ended; events and answers may come in either order. */
  ended(job: Job): Promise<Job> {
    const known = this.jobs[job.id];
    if (known && ENDED.has(known.state)) return Promise.resolve(known);
    this.#keep(job);
    if (ENDED.has(job.state)) return Promise.resolve(job);
    return new Promise((resolve) => { this.#waiting.set(job.id, [...(this.#waiting.get(job.id) ?? []), resolve]); });
  }

  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  async setSettings(settings: Settings): Promise<boolean> {
    const kept = await this.ask('settings_set', settings);
    if (!kept || !this.state) return false;
    this.state = { ...this.state, settings: kept };
    this.#look(kept);
    return true;
  }

  #look(settings: Settings) {
    setLang(settings.language);
    document.documentElement.lang = settings.language === 'en' ? 'en' : 'vi';
    const dark = settings.theme === 'dark' || (settings.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }
  #keep(job: Job) {
    const known = this.jobs[job.id];
    // What has ended does not run again: this was said before the end and came after it.
    if (known && ENDED.has(known.state) && !ENDED.has(job.state)) return;
    this.jobs = { ...this.jobs, [job.id]: job };
    if (!ENDED.has(job.state)) return;
    for (const resolve of this.#waiting.get(job.id) ?? []) resolve(job);
    this.#waiting.delete(job.id);
  }
  #line(up: boolean) {
    this.online = up;
    if (up && this.#wasOffline) {
      // Events were missed: read anew, also the jobs somebody waits for.
      void this.refresh().then(async () => {
        const waited = [...this.#waiting.keys()];
        const jobs = await this.ask('jobs', {});
        for (const job of jobs ?? []) this.#keep(job);
        // A core begun anew may not know a job of the old one: nobody waits for it for ever.
        for (const id of jobs ? waited : []) {
          const lost = this.jobs[id];
          if (lost && this.#waiting.has(id) && !jobs?.some((job) => job.id === id)) this.#keep({ ...lost, state: 'interrupted' });
        }
        this.#tell({ type: 'anew' });
      });
    }
    this.#wasOffline = !up;
  }
  #tell(happening: Happening) { for (const listener of this.#listeners) listener(happening); }
  #hear(event: Event) {
    if (event.type === 'job') this.#keep(event);
    // How many items there are stands in the state, too.
    else if (event.type === 'settings' || event.type === 'archive') void this.refresh();
    else if (event.type === 'transport') {
      this.#told.transport += 1;
      if (this.state) this.state = { ...this.state, transport: event };
    } else if (event.type === 'recording') {
      this.#told.recording += 1;
      if (this.state) this.state = { ...this.state, recording: event.recording };
    }
    this.#tell(event);
  }
}

export const app = new App();
