// What is offered while somebody writes: the page's entities behind an @, its commands behind a / at the beginning. The
// list belongs to the field: the focus stays there, arrows choose, Enter takes, Escape closes.

import { h } from '../view/dom.js';
import { icon } from '../view/icons.js';

export class Suggestions {
  node = h('ul', { class: 'suggestions', id: 'suggestions', role: 'listbox', hidden: true });
  #field;
  #sources;
  #options = []; // [{label, description?, icon?, group?, take() → Promise<options|text|null>}]
  #at = 0;
  #from = 0;     // where the mark stands in the field's text
  #asked = 0;    // only the newest question's answer counts

  /** `sources` gives [{mark: RegExp, search(query) → Promise<options>}]; a mark's first group is what it is asked. */
  constructor(field, sources) {
    this.#field = field;
    this.#sources = sources;
    field.setAttribute('aria-autocomplete', 'list');
    field.setAttribute('aria-controls', 'suggestions');
    field.addEventListener('blur', () => this.#close());
  }

  /** Looks at what stands before the caret. */
  async changed() {
    const before = this.#field.value.slice(0, this.#field.selectionStart);
    for (const { mark, search } of this.#sources()) {
      const found = mark.exec(before);
      if (!found) continue;
      this.#from = before.length - found[1].length - 1;
      await this.#offer(search(found[1]));
      return;
    }
    this.#close();
  }

  /** Takes a key that is meant for the list. True: it was. */
  key(event) {
    if (this.node.hidden || event.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#choose((this.#at + step + this.#options.length) % this.#options.length);
    else if (event.key === 'Enter' || event.key === 'Tab') this.#take(this.#options[this.#at]);
    else if (event.key === 'Escape') this.#close();
    else return false;
    event.preventDefault();
    return true;
  }

  async #offer(searching) {
    const question = ++this.#asked;
    const options = await Promise.resolve(searching).catch(() => []);
    if (question !== this.#asked) return;
    this.#options = options ?? [];
    let group;
    this.node.replaceChildren(...this.#options.flatMap((option, at) => {
      const title = option.group && option.group !== group ? [h('li', { class: 'group', role: 'presentation' }, option.group)] : [];
      group = option.group;
      return [...title, h('li', { role: 'option', id: `suggestion-${at}`, on: {
        pointerdown: (event) => { event.preventDefault(); this.#take(option); },
      } }, option.icon ? icon(option.icon) : null, h('span', { dir: 'auto' }, option.label), option.description ? h('small', { dir: 'auto' }, option.description) : null)];
    }));
    this.node.hidden = !this.#options.length;
    this.#choose(0);
  }

  #choose(at) {
    this.#at = at;
    const rows = this.node.querySelectorAll('[role=option]');
    rows.forEach((row, place) => row.setAttribute('aria-selected', String(place === at)));
    rows[at]?.scrollIntoView({ block: 'nearest' });
    if (rows.length) this.#field.setAttribute('aria-activedescendant', rows[at].id);
  }

  /** What an option gives stands in place of the mark; where it gives options, they are offered next. */
  async #take(option) {
    const { value, selectionStart: caret } = this.#field;
    const given = await option.take();
    if (Array.isArray(given)) {
      await this.#offer(given);
      return;
    }
    const text = value.slice(0, this.#from) + (given ?? '');
    this.#field.value = text + value.slice(caret);
    this.#field.setSelectionRange(text.length, text.length);
    this.#close();
    this.#field.dispatchEvent(new Event('input'));
  }

  #close() {
    this.#asked++;
    this.node.hidden = true;
    this.#field.removeAttribute('aria-activedescendant');
  }
}
