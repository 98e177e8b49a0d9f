// The files of the message that is being written: taken in, uploaded at once, shown with how far they are, taken out again.

import { iconButton } from '../view/buttons.js';
import { h } from '../view/dom.js';
import { icon } from '../view/icons.js';
import { filePreview } from '../view/links.js';
import { refused } from './limits.js';
import { upload } from './upload.js';

export class Files {
  node = h('ul', { class: 'files tray', role: 'list', hidden: true });
  #commands;
  #changed;
  #entries = []; // {node, abort, attachment: null until it is uploaded, preview}

  /** `changed` is called when there are more or fewer files, or one is ready. */
  constructor(commands, changed) {
    this.#commands = commands;
    this.#changed = changed;
  }

  get some() { return this.#entries.length > 0; }

  /** Whether all of them are at the server. */
  get ready() { return this.#entries.every(({ attachment }) => attachment); }

  /** Gives the attachments for a message, which has them from now on. */
  take() {
    const taken = this.#entries.map(({ attachment }) => attachment);
    for (const entry of [...this.#entries]) this.#drop(entry);
    return taken;
  }

  /** Puts attachments in place of what is there; they are at the server. */
  put(attachments) {
    for (const entry of [...this.#entries]) this.#remove(entry);
    for (const attachment of attachments) this.#enter({ attachment, preview: filePreview(attachment.preview_url) }, attachment.name);
  }

  /** Takes files in, as far as the options allow. */
  add(files) {
    const { composer, words } = this.#commands.options();
    if (!composer.attachments?.enabled) return;
    for (const file of files) {
      const why = refused(file, this.#entries.length, composer.attachments);
      if (why) this.#commands.fail(new Error(why.join(' ')), words[why[0]](...why.slice(1)));
      else this.#upload(file);
    }
  }

  async #upload(file) {
    const bar = h('progress', { max: '1', 'aria-label': file.name });
    const preview = file.type.startsWith('image/') ? URL.createObjectURL(file) : null;
    const entry = this.#enter({ attachment: null, preview, abort: new AbortController() }, file.name, bar);
    try {
      entry.attachment = await upload(file, {
        client: this.#commands.client(), strategy: this.#commands.options().api.uploadStrategy, signal: entry.abort.signal,
        progress: (done) => { bar.value = done; },
      });
      bar.remove();
      this.#changed();
    } catch (error) {
      if (entry.abort.signal.aborted) return;
      this.#drop(entry);
      const { words } = this.#commands.options();
      this.#commands.fail(error, error.message && error.kind ? error.message : words.notUploaded(file.name));
    }
  }

  #enter(entry, name, bar) {
    const { words } = this.#commands.options();
    const picture = entry.preview
      ? h('img', { src: entry.preview, alt: '', on: { error: () => picture.replaceWith(icon('document')) } }) : icon('document');
    entry.node = h('li', {}, picture, h('span', { class: 'name', dir: 'auto' }, name), bar ?? null,
      iconButton('close', words.removeFile(name), () => {
        this.#remove(entry);
        this.#commands.focus();
      }));
    this.#entries.push(entry);
    this.node.append(entry.node);
    this.#shown();
    return entry;
  }

  /** Takes a file out, and off the server if it is there. */
  #remove(entry) {
    entry.abort?.abort();
    this.#drop(entry);
    if (!entry.abort || !entry.attachment) return; // it was somebody else who uploaded it
    this.#commands.client().call('attachments.delete', { attachment_id: entry.attachment.id })
      .catch((error) => this.#commands.emit('error', { error }));
  }

  #drop(entry) {
    this.#entries = this.#entries.filter((other) => other !== entry);
    entry.node.remove();
    if (entry.preview?.startsWith('blob:')) URL.revokeObjectURL(entry.preview);
    this.#shown();
  }

  #shown() {
    this.node.hidden = !this.some;
    this.#changed();
  }
}
