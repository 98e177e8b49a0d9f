// The signed-in page: a bar with who it is, and the chat. The open conversation stands in the address, so that a
// reload, a bookmark and the browser's Back lead to it.

import { h, svg } from '../view/dom.js';
import { scheme, toggleScheme, watchScheme } from './scheme.js';

const prompts = [
  { label: 'Add a task to buy groceries', prompt: 'Add a task to buy groceries', icon: 'plus' },
  { label: 'Show all my tasks', prompt: 'Show all my tasks', icon: 'square-text' },
  { label: 'What is still open?', prompt: 'Show my open tasks', icon: 'empty-circle' },
  { label: 'Mark buy groceries as done', prompt: 'Mark buy groceries as done', icon: 'check-circle' },
];

export function chatView(config, identity, signOut) {
  const chat = h('openai-chatkit', { id: 'chat' });
  const leaving = new AbortController(); // ends what the view listens to
  const { signal } = leaving;
  const configure = () => chat.setOptions(options(config, identity));

  chat.addEventListener('chatkit.thread.change', ({ detail }) => remember(detail.threadId));
  chat.addEventListener('chatkit.error', ({ detail }) => console.warn('chat:', detail.error));
  window.addEventListener('popstate', () => chat.setThreadId(threadInAddress()), { signal });
  watchScheme(configure, signal);

  const top = h('header', { class: 'top' },
    h('h1', { class: 'brand' }, h('img', { src: 'favicon.svg', alt: '' }), 'taskpilot'),
    h('span', { class: 'who' }, h('span', { class: 'long' }, identity.name ? 'Signed in as ' : 'Signed in'), identity.name),
    h('button', { type: 'button', class: 'plain round', 'aria-label': 'Light or dark', title: 'Light or dark',
      on: { click: () => { toggleScheme(); configure(); } } },
    svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' },
      svg('path', { d: 'M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16' }), svg('path', { class: 'full', d: 'M12 4a8 8 0 0 1 0 16z' }))),
    h('button', { type: 'button', class: 'plain', on: { click: () => { leaving.abort(); remember(null); signOut(); } } }, 'Sign out'));

  return {
    nodes: [top, h('main', { class: 'room' }, chat)],
    async shown() {
      await customElements.whenDefined('openai-chatkit');
      configure();
      chat.focusComposer();
    },
  };
}

function options(config, identity) {
  return {
    api: { url: config.protocol, domainKey: 'local', fetch: identity.fetch, uploadStrategy: { type: 'two_phase' } },
    frameTitle: 'taskpilot',
    initialThread: threadInAddress(),
    theme: { colorScheme: scheme() },
    startScreen: { greeting: identity.name ? `What’s on your list, ${identity.name}?` : 'What’s on your list?', prompts },
    composer: {
      placeholder: 'Add, find, finish or change a task…',
      attachments: { enabled: config.attachments },
      dictation: { enabled: config.dictation },
    },
    threadItemActions: { feedback: true, retry: true },
    thread: { autoScroll: true },
    history: { enabled: true, showDelete: true, showRename: true },
  };
}

function threadInAddress() {
  const found = /^#thread=(.+)$/.exec(window.location.hash);
  return found ? decodeURIComponent(found[1]) : null;
}

function remember(threadId) {
  if (threadId === threadInAddress()) return;
  const { pathname, search } = window.location;
  window.history.pushState(null, '', pathname + search + (threadId ? `#thread=${encodeURIComponent(threadId)}` : ''));
}
