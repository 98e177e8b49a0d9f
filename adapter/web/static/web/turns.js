// A turn as the page sees it: a request that is answered by a stream, its events folded into the conversation, and the
// ways it can end: by itself, stopped, with an error event, refused, or cut.

import { ProtocolError } from './protocol/client.js';
import { emptyConversation, fold, turnBegins, turnEnds } from './state/conversation.js';

export class Turns {
  #store;
  #client;
  #emit;
  #words;
  #giveBack;
  #turn = null;  // the one at work: {abort, accepted, started}
  #last = null;  // what to send again: {type, params}

  /**
   * `client` and `words` are functions, for options can change; `emit` sends an event to the host page; `giveBack` gets
   * the input that the server never took and that can't be sent again as it is.
   */
  constructor({ store, client, words, emit, giveBack }) {
    this.#giveBack = giveBack;
    this.#store = store;
    this.#client = client;
    this.#words = words;
    this.#emit = emit;
  }

  get busy() { return this.#turn !== null; }

  /** Sends a message to the conversation that is open, or begins one. False: a turn is at work. */
  async send(input) {
    if (this.busy) return false;
    const id = this.#store.state.conversation.thread?.id;
    const request = id
      ? { type: 'threads.add_user_message', params: { thread_id: id, input } }
      : { type: 'threads.create', params: { input } };
    await this.#run(request, { input, state: 'sending' });
    return true;
  }

  /** Runs a request that carries no message of the person's, such as an action. */
  async run(type, params) {
    if (this.busy) return false;
    await this.#run({ type, params }, null);
    return true;
  }

  /** Stops the answer. What has come stays; the server sees the connection close. */
  stop() {
    if (!this.busy) return;
    const { pending } = this.#store.state;
    this.leave();
    this.#store.set({ stopped: !pending });
    if (pending) this.#giveBack(pending.input);
  }

  /** Gives the stream up without a word, for another conversation or because the element is gone. */
  leave() {
    const turn = this.#turn;
    this.#turn = null;
    if (!turn) return;
    turn.abort.abort();
    this.#end(turn);
  }

  /** Sends the message of the last turn again, or has the newest message answered again. */
  async again(how) {
    const { conversation, pending } = this.#store.state;
    if (how === 'again' && this.#last) return this.#run(this.#last, pending && { ...pending, state: 'sending' });
    const asked = conversation.items.findLast(({ type }) => type === 'user_message');
    if (!asked || !conversation.thread) return undefined;
    return this.#run({ type: 'threads.retry_after_item', params: { thread_id: conversation.thread.id, item_id: asked.id } }, null);
  }

  async #run(request, pending) {
    const turn = { abort: new AbortController(), accepted: false, started: false };
    this.#turn = turn;
    this.#last = request;
    this.#store.set(({ conversation }) => (
      { conversation: turnBegins(conversation), pending, busy: true, stopped: false, failure: null }));
    try {
      for await (const event of this.#client().stream(request.type, request.params, { signal: turn.abort.signal })) {
        if (turn !== this.#turn) return;
        this.#take(turn, event);
      }
      if (turn === this.#turn) this.#failWithEvent(turn);
    } catch (error) {
      if (turn === this.#turn) this.#fail(turn, error);
    } finally {
      if (turn === this.#turn) {
        this.#turn = null;
        const { pending, failure } = this.#store.state;
        this.#end(turn);
        if (pending && failure && failure.retry !== 'again') this.#giveBack(pending.input);
      }
    }
  }

  #take(turn, event) {
    if (!turn.started && event.type !== 'error') {
      turn.started = true;
      this.#emit('response.start');
    }
    if (event.type === 'client_effect') this.#emit('effect', { name: event.name, data: event.data });
    const mine = event.type === 'thread.item.done' && event.item?.type === 'user_message';
    turn.accepted ||= mine || event.type === 'stream_options';
    this.#store.set(({ conversation, pending }) => (
      { conversation: fold(conversation, event), pending: mine ? null : pending }));
    if (event.type === 'thread.created') this.#emit('thread.change', { threadId: event.thread.id });
  }

  #end(turn) {
    this.#store.set(({ conversation, pending, failure }) => ({
      conversation: turnEnds(conversation),
      busy: false,
      // A message that the server never took stays in sight as long as it can be sent again.
      pending: pending && failure?.retry === 'again' ? { ...pending, state: 'failed' } : null,
    }));
    if (turn.started) this.#emit('response.end');
  }

  /** The stream ended in order; an `error` event in it says why it ended too soon. */
  #failWithEvent(turn) {
    const { error } = this.#store.state.conversation;
    if (!error) return;
    const retry = error.allowRetry ? (turn.accepted ? 'answer' : 'again') : null;
    this.#report(new Error(error.message), error.message || this.#words().errors.stream, retry);
  }

  #fail(turn, error) {
    if (error?.name === 'AbortError') return;
    const { errors } = this.#words();
    const kind = error instanceof ProtocolError ? error.kind : 'garbled';
    // A turn that was accepted goes on at the server: what helps then is to look, not to ask again.
    if (turn.accepted) return this.#report(error, errors.cut, 'refresh');
    if (error?.status === 401) return this.#report(error, errors.signedOut, 'again');
    const retry = kind === 'network' || kind === 'unavailable' ? 'again' : null;
    return this.#report(error, error.message && error instanceof ProtocolError ? error.message : errors[kind], retry);
  }

  #report(error, message, retry) {
    this.#store.set({ failure: { message, retry } });
    this.#emit('error', { error });
  }

  /** Forgets the last turn, for another conversation is opened. */
  reset() {
    this.leave();
    this.#last = null;
    this.#store.set({ conversation: emptyConversation, pending: null, stopped: false, failure: null });
  }
}
