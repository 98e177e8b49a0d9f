// The one script a page names. It is classic, not a module, so that it defines the element the moment it runs; the
// work itself is in modules, which load by import() and are named by literal addresses, relative to this script.
(() => {
  'use strict';
  if (customElements.get('openai-chatkit')) return;

  const loading = import('./web/chat.js');

  /** An open form of the chat element: the names, options, methods and events are those of @openai/chatkit. */
  class OpenAIChatKit extends HTMLElement {
    #chat;

    constructor() {
      super();
      const root = this.attachShadow({ mode: 'open', delegatesFocus: true });
      this.#chat = loading.then((module) => module.createChat(this, root));
      this.#chat.catch((error) => this.#report(error));
    }

    connectedCallback() {
      this.#chat.then((chat) => chat.connected(), () => {});
    }

    disconnectedCallback() {
      // An element that is moved is taken out and put back at once: only one that stays away is done.
      queueMicrotask(() => {
        if (!this.isConnected) this.#chat.then((chat) => chat.disconnected(), () => {});
      });
    }

    setOptions(options) {
      if (!options || !options.api) throw new TypeError('openai-chatkit: setOptions needs options.api');
      this.#chat.then((chat) => chat.setOptions(options)).catch((error) => this.#report(error));
    }

    async focusComposer() { return (await this.#chat).focusComposer(); }
    async setThreadId(threadId) { return (await this.#chat).setThreadId(threadId); }
    async sendUserMessage(message) { return (await this.#chat).sendUserMessage(message); }
    async setComposerValue(value) { return (await this.#chat).setComposerValue(value); }
    async sendCustomAction(action, itemId) { return (await this.#chat).sendCustomAction(action, itemId); }
    async showHistory() { return (await this.#chat).showHistory(); }
    async hideHistory() { return (await this.#chat).hideHistory(); }
    async fetchUpdates() { return (await this.#chat).fetchUpdates(); }

    #report(error) {
      this.dispatchEvent(new CustomEvent('chatkit.error', { detail: { error } }));
    }
  }

  customElements.define('openai-chatkit', OpenAIChatKit);
})();
