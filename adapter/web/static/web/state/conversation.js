// What a conversation looks like after its events. Pure: no DOM, no clock, no network; a state is never changed in
// place, so whoever draws can compare items by identity.

import { updated } from './update.js';

/**
 * thread       the thread without its items, or null before there is one
 * items        in the order they are shown
 * live         ids of items that were announced and are not final
 * allowCancel  null until the server says
 * progress     {text, icon?} of what is being done now, or null
 * notices      [{level, message, title?}] of this turn
 * error        {message, allowRetry} or null
 */
export const emptyConversation = Object.freeze({
  thread: null, items: [], live: new Set(), allowCancel: null, progress: null, notices: [], error: null,
});

/** A conversation as it was loaded: a thread and all of its items. */
export function loaded(thread, items) {
  return { ...emptyConversation, thread: bare(thread), items: items.filter(shown) };
}

/** The conversation when another turn begins: what the last one said in passing is gone. */
export function turnBegins(state) {
  return { ...state, allowCancel: null, progress: null, notices: [], error: null };
}

/** The conversation when a turn's stream has ended, however it ended: nothing in it is live any more. */
export function turnEnds(state) {
  return { ...state, live: new Set(), allowCancel: null, progress: null };
}

const folds = {
  'thread.created': (state, { thread }) => ({ ...state, thread: bare(thread) }),
  'thread.updated': (state, { thread }) => ({ ...state, thread: bare(thread) }),
  'thread.item.added': (state, { item }) => placed({ ...state, progress: null }, item, true),
  'thread.item.done': (state, { item }) => placed(state, item, false),
  'thread.item.replaced': (state, { item }) => placed(state, item, state.live.has(item.id)),
  'thread.item.removed': (state, { item_id: id }) => removed(state, id),
  'thread.item.updated': (state, { item_id: id, update }) => changed(state, id, update),
  stream_options: (state, { stream_options: options }) => ({ ...state, allowCancel: options?.allow_cancel ?? null }),
  progress_update: (state, { text, icon }) => ({ ...state, progress: { text, icon } }),
  notice: (state, { level, message, title }) => ({ ...state, notices: [...state.notices, { level, message, title }] }),
  error: (state, { message, allow_retry: allowRetry }) => (
    { ...state, error: { message: message ?? '', allowRetry: allowRetry === true } }),
};

/** The conversation after one event. An event that is not known changes nothing: servers grow before pages do. */
export function fold(state, event) {
  return Object.hasOwn(folds, event.type) ? folds[event.type](state, event) : state;
}

function placed(state, item, live) {
  if (!shown(item)) return state;
  const at = state.items.findIndex(({ id }) => id === item.id);
  return {
    ...state,
    items: at < 0 ? [...state.items, item] : state.items.with(at, item),
    live: marked(state.live, item.id, live),
  };
}

function removed(state, id) {
  return { ...state, items: state.items.filter((item) => item.id !== id), live: marked(state.live, id, false) };
}

function changed(state, id, update) {
  // Updates are nearly always for the newest item, so the search begins at the end.
  const at = state.items.findLastIndex((item) => item.id === id);
  if (at < 0) return state;
  return { ...state, progress: null, items: state.items.with(at, updated(state.items[at], update)) };
}

function marked(live, id, isLive) {
  if (live.has(id) === isLive) return live;
  const next = new Set(live);
  if (isLive) next.add(id); else next.delete(id);
  return next;
}

function bare({ items, ...thread }) {
  return thread;
}

/** Items that are made for the model must never come; if one does, it is still not shown. */
function shown(item) {
  return item.type !== 'hidden_context_item' && item.type !== 'sdk_hidden_context';
}
