// The state of one chat and the moment to draw it: changes come as fast as they like, drawing happens once a frame.

import { emptyConversation } from './state/conversation.js';

/**
 * conversation  what conversation.js folds
 * pending       {input, attachments, state: sending|failed} the person's message until the server has it, or null
 * busy          a turn is at work
 * stopping      the person asked for its end
 * stopped       the person stopped the newest answer
 * loading       a thread is being loaded
 * failure       {message, retry: again|answer|refresh|null} what went wrong and what can be done about it, or null
 * tool          the client_tool_call that the page is at work on, or that waits for the person's word ({…call, offered}), or null
 * feedback      item id → positive|negative, as given on this page
 * history       {open, threads: [Thread]|null, message}
 */
export const initialState = Object.freeze({
  conversation: emptyConversation, pending: null, busy: false, stopping: false, stopped: false, loading: false, failure: null,
  tool: null, feedback: new Map(),
  history: { open: false, threads: null, message: '' },
});

export class Store {
  #state = initialState;
  #draw;
  #planned = false;

  constructor(draw) { this.#draw = draw; }

  get state() { return this.#state; }

  /** Changes some fields. `change` is an object, or a function from the state to one. */
  set(change) {
    this.#state = { ...this.#state, ...(typeof change === 'function' ? change(this.#state) : change) };
    this.redraw();
  }

  /** Draws at the next frame. A hidden page has no frames, so there a timer stands in. */
  redraw() {
    if (this.#planned) return;
    this.#planned = true;
    const draw = () => {
      this.#planned = false;
      this.#draw(this.#state);
    };
    if (document.hidden) setTimeout(draw, 50); else requestAnimationFrame(draw);
  }
}
