// A turn as the page sees it: a stream of events, folded into the conversation, and the ways it can end: by itself,
// stopped, with an error event, refused, or cut. A turn that is cut is followed anew, for it goes on at the server.

import { ProtocolError } from './protocol/client.js';
import { emptyConversation, fold, turnBegins, turnEnds } from './state/conversation.js';

const stopTime = 5000; // ms that a server has to end the stream of a turn that it stopped
const waits = [300, 1000, 2000, 4000, 8000]; // ms before each try to find a stream again

export class Turns {
  #store;
  #client;
  #emit;
  #words;
  #giveBack;
  #ended;
  #reload;
  #turn = null;  // the one at work: {abort, accepted, started, over}
  #last = null;  // what to send again: {type, params}

  /**
   * `client` and `words` are functions, for options can change; `emit` sends an event to the host page; `giveBack` gets
   * the message that the server never took and that can't be sent again as it is; `ended` is called when a turn has ended
   * in order, with whether it was another page's; `reload` reads the open thread again.
   */
  constructor({ store, client, words, emit, giveBack, ended, reload }) {
    this.#store = store;
    this.#client = client;
    this.#words = words;
    this.#emit = emit;
    this.#giveBack = giveBack;
    this.#ended = ended;
    this.#reload = reload;
  }

  get busy() { return this.#turn !== null; }

  /** Sends a message {input, attachments} to the conversation that is open, or begins one. False: a turn is at work. */
  async send(message) {
    if (this.busy) return false;
    const id = this.#threadId;
    const { input } = message;
    const request = id
      ? { type: 'threads.add_user_message', params: { thread_id: id, input } }
      : { type: 'threads.create', params: { input } };
    await this.#run(request, { ...message, state: 'sending' });
    return true;
  }

  /** Runs a request that carries no message of the person's, such as an action. False: a turn is at work. */
  async run(type, params) {
    if (this.busy) return false;
    await this.#run({ type, params }, null);
    return true;
  }

  /** Shows a turn that this page did not begin. */
  async watch(events, abort) {
    if (this.busy) return;
    await this.#play(this.#begin({ abort, accepted: true, watched: true }, null), events);
  }

  /** Stops the answer: at the server, which then ends the stream; where it can't be asked, by giving the stream up. */
  async stop() {
    const turn = this.#turn;
    if (!turn || turn.stopping) return;
    turn.stopping = true;
    this.#store.set({ stopping: true });
    const told = turn.accepted && this.#threadId && await this.#client().cancel(this.#threadId);
    if (told) await Promise.race([turn.over, after(stopTime)]);
    const { pending } = this.#store.state;
    if (turn === this.#turn) {
      this.leave();
      if (pending) this.#giveBack(pending);
    } else if (!told) {
      return; // it had ended by itself
    }
    this.#store.set({ stopped: !pending });
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
    if (this.busy) return undefined;
    const { conversation, pending } = this.#store.state;
    if (how === 'again' && this.#last) return this.#run(this.#last, pending && { ...pending, state: 'sending' });
    const asked = conversation.items.findLast(({ type }) => type === 'user_message');
    if (!asked || !conversation.thread) return undefined;
    return this.#run({ type: 'threads.retry_after_item', params: { thread_id: conversation.thread.id, item_id: asked.id } }, null);
  }

  get #threadId() { return this.#store.state.conversation.thread?.id; }

  #run(request, pending) {
    this.#last = request;
    const turn = this.#begin({ abort: new AbortController(), accepted: false }, pending);
    return this.#play(turn, this.#client().stream(request.type, request.params, { signal: turn.abort.signal }));
  }

  #begin(turn, pending) {
    const { promise, resolve } = Promise.withResolvers();
    this.#turn = { ...turn, started: false, over: promise, ends: resolve };
    this.#store.set(({ conversation }) => (
      { conversation: turnBegins(conversation), pending, busy: true, stopping: false, stopped: false, failure: null, tool: null }));
    return this.#turn;
  }

  /** Takes a turn's events to its end. */
  async #play(turn, events) {
    try {
      await this.#takeAll(turn, events);
      if (turn === this.#turn) this.#failWithEvent(turn);
    } catch (error) {
      if (turn === this.#turn) await this.#fail(turn, error);
    } finally {
      if (turn === this.#turn) this.#finish(turn);
    }
  }

  async #takeAll(turn, events) {
    for await (const event of events) {
      if (turn !== this.#turn) return;
      this.#take(turn, event);
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

  #finish(turn) {
    this.#turn = null;
    const { pending, failure } = this.#store.state;
    this.#end(turn);
    if (pending && failure && failure.retry !== 'again') this.#giveBack(pending);
    if (turn.lost) this.#reload();
    else if (!failure && !turn.stopping) this.#ended(turn.watched);
  }

  #end(turn) {
    this.#store.set(({ conversation, pending, failure }) => ({
      conversation: turnEnds(conversation),
      busy: false,
      stopping: false,
      // A message that the server never took stays in sight as long as it can be sent again.
      pending: pending && failure?.retry === 'again' ? { ...pending, state: 'failed' } : null,
    }));
    turn.ends();
    if (turn.started) this.#emit('response.end');
  }

  /** The stream ended in order; an `error` event in it says why it ended too soon. */
  #failWithEvent(turn) {
    const { error } = this.#store.state.conversation;
    if (!error) return;
    const retry = error.allowRetry ? (turn.accepted ? 'answer' : 'again') : null;
    this.#report(new Error(error.message), error.message || this.#words().errors.stream, retry);
  }

  async #fail(turn, error) {
    if (error?.name === 'AbortError') return undefined;
    const { errors } = this.#words();
    const kind = error instanceof ProtocolError ? error.kind : 'garbled';
    // A turn that was accepted goes on at the server: what helps then is to look, not to ask again.
    if (turn.accepted) return kind === 'network' && this.#threadId ? this.#findAgain(turn, error) : this.#report(error, errors.cut, 'refresh');
    if (error?.status === 401) return this.#report(error, errors.signedOut, 'again');
    const retry = kind === 'network' || kind === 'unavailable' ? 'again' : null;
    return this.#report(error, error.message && error instanceof ProtocolError ? error.message : errors[kind], retry);
  }

  /** Looks for a turn whose stream was cut: goes on with it, or, if it has ended, reads what it left. */
  async #findAgain(turn, error) {
    const { errors, reconnecting } = this.#words();
    for (const wait of waits) {
      this.#store.set(({ conversation }) => ({ conversation: { ...conversation, progress: { text: reconnecting } } }));
      await after(wait);
      if (turn !== this.#turn) return;
      try {
        const events = await this.#client().follow(this.#threadId, { signal: turn.abort.signal });
        if (events === undefined) break;
        if (events) {
          await this.#takeAll(turn, events);
          if (turn === this.#turn) this.#failWithEvent(turn);
        } else {
          turn.lost = true;
        }
        return;
      } catch { /* the next try may find it */ }
    }
    if (turn === this.#turn) this.#report(error, errors.cut, 'refresh');
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

function after(ms) {
  return new Promise((done) => { setTimeout(done, ms); });
}
