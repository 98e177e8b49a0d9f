// Tools that run in the host page: a turn that waits for one gets its result and goes on.

export class ClientTools {
  #store;
  #turns;
  #options;
  #emit;
  #done = new Set(); // ids of calls that were handed to the page: each is done once

  constructor({ store, turns, options, emit }) {
    this.#store = store;
    this.#turns = turns;
    this.#options = options;
    this.#emit = emit;
  }

  /** The call that the open conversation waits for, if there is one: always its newest item. */
  #waiting() {
    const newest = this.#store.state.conversation.items.at(-1);
    return newest?.type === 'client_tool_call' && newest.status === 'pending' ? newest : null;
  }

  /** After a turn: runs the call that it ended with. */
  async ended() {
    const call = this.#waiting();
    if (call && !this.#done.has(call.id)) await this.run(call);
  }

  /** After a load, and after a turn of another page: offers the call, for it may have run there or before. */
  loaded() {
    this.#store.set({ tool: this.#waiting() && { ...this.#waiting(), offered: true } });
  }

  async run(call) {
    const { onClientTool } = this.#options();
    if (!onClientTool) {
      this.#emit('error', { error: new Error(`openai-chatkit: onClientTool is needed for ${call.name}`) });
      return;
    }
    this.#done.add(call.id);
    this.#store.set({ tool: call });
    const result = await this.#result(onClientTool, call);
    this.#store.set(({ tool }) => (tool === call ? { tool: null } : {}));
    // The person may have gone elsewhere or said something else meanwhile: then nobody waits for it.
    if (this.#turns.busy || this.#waiting()?.id !== call.id) return;
    await this.#turns.run('threads.add_client_tool_output', { thread_id: call.thread_id, result });
  }

  /** What the page's tool gave; what went wrong in it is a result too, so that the answer can go on. */
  async #result(onClientTool, { name, arguments: params }) {
    try {
      return (await onClientTool({ name, params: params ?? {} })) ?? {};
    } catch (error) {
      this.#emit('error', { error });
      return { error: String(error?.message ?? error) };
    }
  }
}
