// The panel of past conversations, as state: opened and closed, read from the server each time it opens.

import { list, remove, rename } from './threads.js';

export class History {
  #store;
  #client;
  #words;
  #emit;
  #open;

  /** `open` opens a thread by its id, or a new one for null. */
  constructor({ store, client, words, emit, open }) {
    this.#store = store;
    this.#client = client;
    this.#words = words;
    this.#emit = emit;
    this.#open = open;
  }

  async show() {
    if (this.#store.state.history.open) return;
    this.#set({ open: true, message: '' });
    this.#emit('history.open');
    await this.#work(async () => this.#set({ threads: await list(this.#client()) }));
  }

  hide() {
    if (!this.#store.state.history.open) return;
    this.#set({ open: false });
    this.#emit('history.close');
  }

  select(threadId) {
    this.hide();
    return this.#open(threadId);
  }

  async rename(threadId, title) {
    await this.#work(async () => {
      const thread = await rename(this.#client(), threadId, title);
      this.#change((threads) => threads.map((old) => (old.id === threadId ? thread : old)));
      this.#store.set(({ conversation }) => (
        conversation.thread?.id === threadId ? { conversation: { ...conversation, thread: { ...conversation.thread, title: thread.title } } } : {}));
    });
  }

  async remove(threadId) {
    await this.#work(async () => {
      await remove(this.#client(), threadId);
      this.#change((threads) => threads.filter(({ id }) => id !== threadId));
      if (this.#store.state.conversation.thread?.id === threadId) await this.#open(null);
    });
  }

  async #work(work) {
    try {
      await work();
      this.#set({ message: '' });
    } catch (error) {
      const { errors } = this.#words();
      this.#set({ message: error.status === 401 ? errors.signedOut : error.message || errors[error.kind] || errors.stream });
    }
  }

  #change(change) {
    this.#store.set(({ history }) => ({ history: { ...history, threads: change(history.threads ?? []) } }));
  }

  #set(change) {
    this.#store.set(({ history }) => ({ history: { ...history, ...change } }));
  }
}
