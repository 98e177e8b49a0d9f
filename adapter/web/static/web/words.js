// Every word that this page says of itself. One object a language; a missing word is taken from English.

const en = {
  language: 'en',
  title: 'Chat',
  newChat: 'New chat',
  history: 'Past conversations',
  close: 'Close',
  greeting: 'What can I help with today?',
  placeholder: 'Message the AI',
  message: 'Message',
  send: 'Send',
  stop: 'Stop',
  untitled: 'New conversation',
  conversation: 'Conversation',
  youSaid: 'You said:',
  answer: 'Answer:',
  answering: 'Answering…',
  working: 'Working…',
  loading: 'Loading…',
  stopped: 'You stopped this answer.',
  newest: 'Go to the newest message',
  retry: 'Try again',
  refresh: 'Show what is there',
  dismiss: 'Dismiss',
  notSent: 'Not sent',
  sending: 'Sending…',
  noHistory: 'No conversations yet.',
  rename: 'Rename',
  delete: 'Delete',
  save: 'Save',
  cancel: 'Cancel',
  deleteSure: (title) => `Delete “${title}”? This can’t be undone.`,
  rowFor: (verb, title) => `${verb}: ${title}`,
  sources: 'Sources',
  thinking: 'Thinking',
  thoughtFor: (seconds) => `Thought for ${seconds} s`,
  steps: 'Steps',
  picture: 'Generated picture',
  showMore: (count) => `Show ${count} more`,
  answered: 'Answered',
  skipped: 'Skipped',
  undrawable: 'This can’t be shown here.',
  sendAnswers: 'Send answers',
  skip: 'Skip',
  yourAnswer: 'Your answer',
  toolOffered: (name) => `${name} was begun on this page before.`,
  toolGoOn: 'Go on',
  goodAnswer: 'Good answer',
  badAnswer: 'Bad answer',
  copy: 'Copy',
  copied: 'Copied',
  answerAgain: 'Answer again',
  aboutAnswer: 'This answer',
  closed: 'This conversation is closed.',
  attach: 'Add files',
  mention: 'Mention something',
  removeFile: (name) => `Remove ${name}`,
  removeQuote: 'Remove the quote',
  tooMany: (count) => `A message can have ${count} files at most.`,
  tooLarge: (name, size) => `${name} is too large: ${size} MB at most.`,
  wrongType: (name) => `${name} is of a type that is not taken here.`,
  notUploaded: (name) => `${name} could not be uploaded.`,
  tools: 'Tools',
  model: 'Model',
  dictation: 'Dictate',
  dictationEnd: 'End dictation',
  notHeard: 'Nothing could be recorded.',
  reconnecting: 'Reconnecting…',
  errors: {
    busy: 'Wait until the answer is whole, or stop it.',
    network: 'The server can’t be reached. Check the connection and try again.',
    cut: 'The connection was lost. The answer may go on without this page.',
    unavailable: 'The server can’t answer just now. Try again in a moment.',
    refused: 'The server refused this.',
    garbled: 'The answer could not be understood.',
    signedOut: 'You are signed out. Sign in again to go on.',
    gone: 'This conversation is not there any more.',
    stream: 'Something went wrong while answering.',
  },
};

const languages = { en };

/** The words for a locale such as "de-DE". */
export function wordsFor(locale) {
  const language = String(locale ?? 'en').split('-')[0].toLowerCase();
  return { ...en, ...(Object.hasOwn(languages, language) ? languages[language] : {}) };
}

const rightToLeft = ['ar', 'fa', 'he', 'ur', 'ps', 'yi'];

export function directionOf(locale) {
  return rightToLeft.includes(String(locale ?? '').split('-')[0].toLowerCase()) ? 'rtl' : 'ltr';
}
