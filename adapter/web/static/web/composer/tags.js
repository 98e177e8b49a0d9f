// Tags in a message that is written as plain text: each is known by its words, and found by them when the message is sent.

const special = /[\\^$.*+?()[\]{}|/-]/g;

export class Tags {
  #known = new Map(); // words → the tag's part of a message

  /** The words for parts of a message; the tags among them are found again. */
  textOf(content) {
    for (const part of content) if (part.type === 'input_tag') this.#known.set(part.text, part);
    return content.map(({ text }) => text).join('');
  }

  /** The parts of a message for what was written. */
  contentOf(text) {
    const names = [...this.#known.keys()].filter(Boolean).sort((a, b) => b.length - a.length);
    const parts = names.length ? text.split(new RegExp(`(${names.map((name) => name.replace(special, '\\$&')).join('|')})`)) : [text];
    return parts.filter(Boolean).map((part) => this.#known.get(part) ?? { type: 'input_text', text: part });
  }

  clear() { this.#known.clear(); }
}
