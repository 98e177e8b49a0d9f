// One chat: the state, the parts that are drawn from it, and what the element's methods do. chatkit.js makes one for
// each <openai-chatkit>.

import { Actions } from './actions.js';
import { ClientTools } from './clienttools.js';
import { Feedback } from './feedback.js';
import { History } from './history.js';
import { readOptions } from './options.js';
import { Client } from './protocol/client.js';
import { Store } from './store.js';
import { adoptStyles } from './styles.js';
import { applyTheme, loadFonts } from './theme.js';
import { load } from './threads.js';
import { Turns } from './turns.js';
import { Frame } from './view/frame.js';

/** Makes the chat of one element in its shadow root. Nothing is drawn until it has options. */
export async function createChat(element, root) {
  await adoptStyles(root);
  return new Chat(element, root);
}

class Chat {
  #element;
  #root;
  #options = null;
  #client = null;
  #kept = { secret: null };
  #frame = null;
  #loading = null;
  #store = new Store((state) => this.#frame?.draw(state, this.#options));
  #shared = {
    store: this.#store, client: () => this.#client, options: () => this.#options, words: () => this.#options.words,
    emit: (name, detail) => this.#emit(name, detail), fail: (error, message) => this.#fail(error, message),
  };
  #turns = new Turns({
    ...this.#shared,
    giveBack: (message) => this.#frame.composer.giveBack(message),
    ended: (watched) => (watched ? this.#tools.loaded() : this.#tools.ended()),
    reload: () => this.fetchUpdates(),
  });
  #tools = new ClientTools({ ...this.#shared, turns: this.#turns });
  #actions = new Actions({ ...this.#shared, turns: this.#turns });
  #feedback = new Feedback(this.#shared);
  #history = new History({ ...this.#shared, open: (threadId) => this.setThreadId(threadId) });

  constructor(element, root) {
    this.#element = element;
    this.#root = root;
  }

  connected() { this.#store.redraw(); }

  disconnected() {
    this.#frame?.composer.leave();
    this.#turns.leave();
    this.#loading?.abort();
  }

  setOptions(options) {
    const first = this.#options === null;
    this.#options = readOptions(options, this.#kept);
    this.#client = new Client(this.#options.api, this.#options.explicitLocale, (name, data) => this.#emit('log', { name, data }));
    this.#frame ??= new Frame(this.#root, this.#commands());
    applyTheme(this.#frame.node, this.#options.theme);
    loadFonts(this.#options.theme);
    this.#store.redraw();
    if (!first) return;
    this.#emit('ready');
    if (this.#options.initialThread) this.#load(this.#options.initialThread);
  }

  /** What a person can do in the drawn parts. */
  #commands() {
    return {
      ...this.#shared,
      send: (message) => this.#send(message),
      stop: () => this.#turns.stop(),
      retry: (how) => (how === 'refresh' ? this.fetchUpdates() : this.#turns.again(how)),
      dismiss: () => this.#dismiss(),
      newThread: () => {
        this.#history.hide();
        return this.setThreadId(null).then(() => this.focusComposer());
      },
      prompt: (prompt) => this.sendUserMessage(typeof prompt === 'string' ? { text: prompt } : { content: prompt }),
      action: (action, item) => this.#actions.run(action, item),
      answer: (item, input) => this.#turns.run('threads.add_structured_input', { thread_id: item.thread_id, item_id: item.id, input }),
      tool: (call) => this.#tools.run(call),
      feedback: (itemIds, kind) => this.#feedback.give(itemIds, kind),
      entity: (entity) => this.#options.entities.onClick?.(entity),
      deeplink: (name, data) => this.#emit('deeplink', { name, data }),
      undrawable: (error) => this.#emit('error', { error }),
      history: this.#history,
    };
  }

  /** Takes what went wrong out of sight; a message that was not sent goes back to where it was written. */
  #dismiss() {
    const { pending } = this.#store.state;
    this.#store.set({ failure: null, pending: null });
    if (pending) this.#frame.composer.giveBack(pending);
  }

  async sendUserMessage({ text, content, newThread, ...rest }) {
    const parts = content ?? (text?.trim() ? [{ type: 'input_text', text }] : []);
    if (!parts.length || this.#turns.busy) return;
    if (newThread) await this.setThreadId(null);
    await this.#send({ content: parts, ...rest });
  }

  async #send({ content, attachments = [], reply, model, toolChoice }) {
    this.#frame.followEnd();
    await this.#turns.send({ attachments, input: {
      content: content.map((part) => (part.type === 'input_tag' ? { data: {}, ...part } : part)),
      attachments: attachments.map(({ id }) => id),
      ...(reply && { quoted_text: reply }),
      inference_options: { ...(model && { model }), ...(toolChoice && { tool_choice: toolChoice }) },
    } });
  }

  sendCustomAction(action, itemId) {
    return this.#actions.send(action, itemId);
  }

  async setThreadId(threadId) {
    if (threadId === (this.#store.state.conversation.thread?.id ?? null)) return;
    this.#loading?.abort();
    this.#turns.reset();
    this.#store.set({ loading: false, tool: null, feedback: new Map() });
    this.#emit('thread.change', { threadId });
    if (threadId) await this.#load(threadId);
  }

  /** Reads the open conversation again, for the server knows more than this page. */
  async fetchUpdates() {
    const { thread } = this.#store.state.conversation;
    if (thread && !this.#turns.busy) await this.#load(thread.id);
  }

  async setComposerValue(value) { this.#frame.composer.fill(value); }
  async focusComposer() { this.#frame?.composer.focus(); }
  async showHistory() { return this.#history.show(); }
  async hideHistory() { return this.#history.hide(); }

  async #load(threadId) {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    this.#store.set({ loading: true, failure: null });
    this.#emit('thread.load.start', { threadId });
    try {
      // The turn at work is asked for first: the server need not hold the thread back for a page that follows it.
      const live = await this.#client.follow(threadId, { signal: loading.signal }).catch(() => null);
      const conversation = await load(this.#client, threadId, loading.signal);
      if (loading !== this.#loading || loading.signal.aborted) return;
      this.#frame.followEnd();
      this.#store.set({ conversation, loading: false, stopped: false, pending: null });
      this.#emit('thread.load.end', { threadId });
      if (live) this.#turns.watch(live, loading);
      else this.#tools.loaded();
    } catch (error) {
      if (loading !== this.#loading || loading.signal.aborted) return;
      loading.abort();
      this.#store.set({ loading: false });
      this.#fail(error, error.status === 404 ? this.#options.words.errors.gone : null);
      if (error.status === 404) this.#emit('thread.change', { threadId: null });
    }
  }

  #fail(error, message) {
    const { errors } = this.#options.words;
    const said = message ?? (error.status === 401 ? errors.signedOut : error.message || errors[error.kind] || errors.stream);
    this.#store.set({ failure: { message: said, retry: null } });
    this.#emit('error', { error });
  }

  #emit(name, detail) {
    this.#element.dispatchEvent(new CustomEvent(`chatkit.${name}`, { detail: detail ?? null }));
  }
}
