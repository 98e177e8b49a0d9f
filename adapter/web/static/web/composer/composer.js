// Where a message is written. Enter sends, Shift and Enter begins a line; while an answer comes, the button stops it.

import { iconButton, rename } from '../view/buttons.js';
import { attribute, h } from '../view/dom.js';
import { Choices } from './choices.js';
import { Dictation } from './dictation.js';
import { Files } from './files.js';
import { dialogAccept } from './limits.js';
import { sources } from './sources.js';
import { Suggestions } from './suggestions.js';
import { Tags } from './tags.js';

const tallest = 200; // px

export class Composer {
  node;
  #commands;
  #field;
  #send;
  #stop;
  #attach;
  #mention;
  #suggestions;
  #files;
  #choices;
  #dictation;
  #tags = new Tags();
  #quote = h('div', { class: 'reply', hidden: true });
  #reply = null;
  #closed = h('p', { class: 'aside closed', hidden: true });
  #form;
  #held = false; // nothing can be sent now

  constructor(commands) {
    this.#commands = commands;
    this.#files = new Files({ ...commands, focus: () => this.focus() }, () => this.#changed());
    this.#choices = new Choices(commands);
    this.#dictation = new Dictation(commands, (text) => this.#insert(text));
    this.#field = h('textarea', { rows: '1', dir: 'auto', enterkeyhint: 'send', on: {
      input: () => {
        this.#changed();
        this.#suggestions.changed();
      },
      keydown: (event) => this.#key(event),
      paste: (event) => this.drop(event, event.clipboardData),
    } });
    this.#suggestions = new Suggestions(this.#field, () => sources(commands.options(), {
      tag: (entity) => this.#tagged(entity), attach: () => this.#choose(), choose: (tool) => this.#choices.choose(tool),
    }));
    this.#mention = iconButton('at', '', () => this.#insert('@'), { class: 'icon-button quiet', hidden: true });
    this.#attach = iconButton('paperclip', '', () => this.#choose(), { class: 'icon-button quiet', hidden: true });
    this.#send = h('button', { type: 'submit', class: 'icon-button send' }, iconButton('send', '').firstChild);
    this.#stop = iconButton('stop', '', () => commands.stop(), { class: 'icon-button stop', hidden: true });
    this.#form = h('form', { class: 'composer', novalidate: true, on: { submit: (event) => this.#submit(event) } },
      this.#suggestions.node, this.#quote, this.#files.node,
      h('div', { class: 'line' }, this.#attach, this.#mention, this.#field, this.#dictation.node, this.#send, this.#stop), this.#choices.node);
    this.node = h('div', {}, this.#closed, this.#form);
  }

  draw({ busy, stopping, conversation }, options) {
    const { composer, words } = options;
    const { status } = conversation.thread ?? {};
    const closed = status?.type === 'locked' || status?.type === 'closed';
    this.#closed.hidden = !closed;
    this.#closed.textContent = closed ? status.reason || words.closed : '';
    this.#form.inert = closed;
    attribute(this.#field, 'disabled', closed);
    this.#choices.draw(options);
    this.#dictation.draw(options);
    this.#field.placeholder = closed ? '' : this.#choices.placeholder ?? composer.placeholder;
    this.#field.setAttribute('aria-label', words.message);
    rename(this.#send, words.send);
    rename(this.#stop, words.stop);
    rename(this.#attach, words.attach);
    rename(this.#mention, words.mention);
    this.#mention.hidden = !options.entities.onTagSearch || !options.entities.showComposerMenu;
    this.#attach.hidden = !composer.attachments?.enabled;
    this.#held = busy || closed;
    this.#showStop(busy && conversation.allowCancel !== false, stopping);
    this.#changed();
  }

  /** Until the server says whether it can be stopped, it can: the person must not be held by a server that says nothing. */
  #showStop(stoppable, stopping) {
    const focused = this.node.getRootNode().activeElement === this.#stop;
    this.#stop.hidden = !stoppable;
    attribute(this.#stop, 'aria-disabled', stopping && 'true');
    this.#send.hidden = stoppable;
    if (focused && !stoppable) this.focus();
  }

  focus() { this.#field.focus(); }

  /** The element is gone: nothing listens any more. */
  leave() { this.#dictation.leave(); }

  /** Puts what is named in place of what is there. The names are those of the element's setComposerValue. */
  fill({ text, content, reply, attachments, files, selectedToolId: tool, selectedModelId: model }) {
    if (text !== undefined || content) this.#field.value = content ? this.#tags.textOf(content) : text;
    if (reply !== undefined) this.#setReply(reply);
    if (attachments) this.#files.put(attachments);
    if (files) this.#files.add(files);
    if (tool !== undefined) this.#choices.choose(tool);
    if (model !== undefined) this.#choices.chooseModel(model);
    this.#changed();
  }

  /** Brings back a message that could not be sent, unless something else was begun since. */
  giveBack({ input: { content, quoted_text: reply }, attachments }) {
    if (!this.#field.value.trim() && !this.#files.some) this.fill({ content, attachments, reply: reply ?? null });
  }

  /** Takes the files of a drop or a paste, if it has any. */
  drop(event, transfer) {
    if (!transfer?.files.length || !this.#commands.options().composer.attachments?.enabled || this.#form.inert) return;
    event.preventDefault();
    this.#files.add(transfer.files);
  }

  get #empty() { return !this.#field.value.trim() && !this.#files.some; }

  #submit(event) {
    event.preventDefault();
    if (this.#empty || this.#held || !this.#files.ready) return;
    const message = {
      content: this.#tags.contentOf(this.#field.value.trim()), attachments: this.#files.take(), reply: this.#reply, ...this.#choices.asked,
    };
    this.#setReply(null);
    this.fill({ text: '' });
    this.#tags.clear();
    this.#choices.sent();
    this.#commands.send(message);
  }

  #choose() {
    const { attachments } = this.#commands.options().composer;
    const dialog = h('input', { type: 'file', multiple: true, hidden: true, accept: dialogAccept(attachments.accept), on: {
      change: () => { this.#files.add(dialog.files); dialog.remove(); this.focus(); },
      cancel: () => dialog.remove(),
    } });
    this.#form.append(dialog); // some browsers forget a dialog whose field is nowhere
    dialog.click();
  }

  #setReply(text) {
    this.#reply = text || null;
    this.#quote.hidden = !text;
    this.#quote.replaceChildren(...(text ? [h('blockquote', { class: 'quoted', dir: 'auto' }, text),
      iconButton('close', this.#commands.words().removeQuote, () => { this.#setReply(null); this.focus(); })] : []));
  }

  #insert(text) {
    const before = this.#field.value;
    this.fill({ text: before && !/\s$/.test(before) ? `${before} ${text}` : before + text });
    this.focus();
    this.#suggestions.changed();
  }

  /** The words of an entity in the text, where it is known as a tag from now on. */
  #tagged({ id, title, group, data = {}, interactive }) {
    return `${this.#tags.textOf([{ type: 'input_tag', id, text: title, group, data, interactive: interactive === true }])} `;
  }

  #key(event) {
    if (this.#suggestions.key(event)) return;
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #changed() {
    attribute(this.#send, 'disabled', this.#held || this.#empty || !this.#files.ready);
    this.#field.style.height = 'auto';
    this.#field.style.height = `${Math.min(this.#field.scrollHeight, tallest)}px`;
  }
}
