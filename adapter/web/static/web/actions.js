// What happens when somebody uses a widget: the host page's handler, a streamed action, or one that is answered at once.

import { fold } from './state/conversation.js';

export class Actions {
  #store;
  #turns;
  #client;
  #options;
  #fail;

  constructor({ store, turns, client, options, fail }) {
    this.#store = store;
    this.#turns = turns;
    this.#client = client;
    this.#options = options;
    this.#fail = fail;
  }

  /** Runs an action of a widget in an item. The promise ends when the action has, so a button can show that it waits. */
  async run(action, item) {
    if (action.handler === 'client') {
      await this.#options().onAction?.({ type: action.type, payload: action.payload }, { id: item.id, widget: item.widget });
      return;
    }
    await this.send(action, item.id);
  }

  async send({ type, payload, streaming = true }, itemId) {
    const { thread } = this.#store.state.conversation;
    if (!thread) return;
    const params = { thread_id: thread.id, ...(itemId && { item_id: itemId }), action: { type, payload: payload ?? {} } };
    if (streaming) {
      await this.#turns.run('threads.custom_action', params);
      return;
    }
    try {
      const { updated_item: item } = await this.#client().call('threads.sync_custom_action', params);
      if (item && this.#store.state.conversation.thread?.id === thread.id) {
        this.#store.set(({ conversation }) => (
          { conversation: fold(conversation, { type: 'thread.item.replaced', item }) }));
      }
    } catch (error) {
      this.#fail(error);
    }
  }
}
