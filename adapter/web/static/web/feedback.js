// What the person thinks of an answer, told to the server.

export class Feedback {
  #store;
  #client;
  #fail;

  constructor({ store, client, fail }) {
    this.#store = store;
    this.#client = client;
    this.#fail = fail;
  }

  /** `kind`: positive or negative. It is shown at once, and taken back if the server refuses it. */
  async give(itemIds, kind) {
    const { feedback: before, conversation } = this.#store.state;
    if (before.get(itemIds.at(-1)) === kind) return;
    this.#store.set({ feedback: new Map(before).set(itemIds.at(-1), kind) });
    try {
      await this.#client().call('items.feedback', { thread_id: conversation.thread.id, item_ids: itemIds, kind });
    } catch (error) {
      this.#store.set({ feedback: before });
      this.#fail(error);
    }
  }
}
