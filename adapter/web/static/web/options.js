// The options of @openai/chatkit as this element reads them: defaults filled in, shapes that people get wrong forgiven.

import { withAddress } from './protocol/hosted.js';
import { directionOf, wordsFor } from './words.js';

/** Everything the parts need to know of the options, once. Names follow the official types. `kept`: see hosted.js. */
export function readOptions(options, kept) {
  const locale = options.locale ?? navigator.language ?? 'en';
  const words = wordsFor(locale);
  const theme = typeof options.theme === 'string' ? { colorScheme: options.theme } : options.theme ?? {};
  return {
    api: withAddress(options.api, kept),
    locale,
    explicitLocale: options.locale,
    direction: directionOf(locale),
    words,
    theme: { colorScheme: 'light', ...theme },
    title: options.frameTitle ?? words.title,
    initialThread: options.initialThread ?? null,
    header: { enabled: true, ...options.header },
    history: { enabled: true, showDelete: true, showRename: true, ...options.history },
    startScreen: { greeting: words.greeting, prompts: [], ...options.startScreen },
    composer: { placeholder: words.placeholder, ...options.composer },
    disclaimer: options.disclaimer ?? null,
    thread: { autoScroll: false, ...options.thread },
    itemActions: { feedback: false, retry: false, ...options.threadItemActions },
    entities: options.entities ?? {},
    commands: options.commands ?? null,
    onAction: options.widgets?.onAction ?? null,
    onClientTool: options.onClientTool ?? null,
  };
}
