// The conversations beside the one that is open: loading one, listing, renaming and deleting them.

import { loaded } from './state/conversation.js';

const pageSize = 200;

/** A thread with all of its items: the first come with it, the rest a page at a time. */
export async function load(client, threadId, signal) {
  const thread = await client.call('threads.get_by_id', { thread_id: threadId }, { signal });
  const items = [...(thread.items?.data ?? [])];
  let page = thread.items;
  while (page?.has_more && page.after) {
    page = await client.call('items.list',
      { thread_id: threadId, order: 'asc', limit: pageSize, after: page.after }, { signal });
    items.push(...page.data);
  }
  return loaded(thread, items);
}

/** All of the person's threads, newest first. */
export async function list(client) {
  const page = await client.call('threads.list', { limit: 9999, order: 'desc' });
  return page.data ?? [];
}

export function rename(client, threadId, title) {
  return client.call('threads.update', { thread_id: threadId, title });
}

export function remove(client, threadId) {
  return client.call('threads.delete', { thread_id: threadId });
}
