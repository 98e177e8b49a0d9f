// What happens when somebody uses a widget: the host page's handler, a streamed action, or one that is answered at once.

import { fold } from './state/conversation.js';

export class Actions {
  #store;
  #turns;
  #client;
  #options;
  #fail;

  /** `fail(error, message)` tells the person and the host page; without a message the error's kind says what to tell. */
  constructor({ store, turns, client, options, fail }) {
    this.#store = store;
    this.#turns = turns;
    this.#client = client;
    this.#options = options;
    this.#fail = fail;
  }

  /** Runs an action of a widget in an item. The promise ends when the action has, so a button can show that it waits. */
  async run(action, item) {
    if (action.handler !== 'client') return this.send(action, item.id);
    try {
      await this.#options().onAction?.({ type: action.type, payload: action.payload }, { id: item.id, widget: item.widget });
    } catch (error) {
      this.#fail(error);
    }
  }

  async send({ type, payload, streaming = true }, itemId) {
    const { thread } = this.#store.state.conversation;
    if (!thread) return;
    const params = { thread_id: thread.id, ...(itemId && { item_id: itemId }), action: { type, payload: payload ?? {} } };
    if (!streaming) return this.#sync(params);
    const ran = await this.#turns.run('threads.custom_action', params);
    if (!ran || this.#store.state.failure) this.#replace(params, this.#item(itemId));
    if (!ran) this.#fail(new Error('a turn is at work'), this.#options().words.errors.busy);
  }

  /** An action that is answered at once, also while an answer is being written. */
  async #sync(params) {
    try {
      const { updated_item: item } = await this.#client().call('threads.sync_custom_action', params);
      this.#replace(params, item);
    } catch (error) {
      this.#replace(params, this.#item(params.item_id));
      this.#fail(error);
    }
  }

  /** Shows an item as it is now. An item that did not change is drawn anew too: a box that was ticked in vain is not ticked. */
  #replace({ thread_id: threadId }, item) {
    if (!item || this.#store.state.conversation.thread?.id !== threadId) return;
    this.#store.set(({ conversation }) => (
      { conversation: fold(conversation, { type: 'thread.item.replaced', item: { ...item, widget: { ...item.widget } } }) }));
  }

  #item(id) {
    return this.#store.state.conversation.items.find((item) => item.id === id);
  }
}
