// Speaking in place of typing: what is recorded becomes text at the server, and stands in the composer to be looked over.

import { iconButton, rename } from '../view/buttons.js';

const types = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus']; // what the protocol takes

export class Dictation {
  node;
  #commands;
  #heard;
  #recorder = null;
  #dropped = false;

  /** `heard` gets the text. */
  constructor(commands, heard) {
    this.#commands = commands;
    this.#heard = heard;
    this.node = iconButton('mic', '', () => this.#press(), { class: 'icon-button quiet', hidden: true, 'aria-pressed': 'false' });
  }

  draw({ composer, words }) {
    this.node.hidden = !composer.dictation?.enabled || !window.MediaRecorder || !navigator.mediaDevices;
    rename(this.node, this.#recorder ? words.dictationEnd : words.dictation);
    this.node.setAttribute('aria-pressed', String(this.#recorder !== null));
  }

  /** Lets go of the microphone; what was said is dropped. */
  leave() {
    this.#dropped = true;
    this.#recorder?.stop();
  }

  async #press() {
    if (this.#recorder) {
      this.#recorder.stop();
      return;
    }
    try {
      await this.#record();
    } catch (error) {
      this.#end();
      this.#commands.fail(error, error.kind && error.message ? error.message : this.#commands.words().notHeard);
    }
  }

  async #record() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const pieces = [];
    const mimeType = types.find((type) => MediaRecorder.isTypeSupported(type));
    const recorder = new MediaRecorder(stream, { mimeType });
    const over = new Promise((done, fail) => {
      recorder.onstop = done;
      recorder.onerror = ({ error }) => fail(error);
    });
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    recorder.start();
    this.#dropped = false;
    this.#recorder = recorder;
    this.#commands.store.redraw();
    await over.finally(() => stream.getTracks().forEach((track) => track.stop()));
    this.#end();
    if (this.#dropped) return;
    const { text } = await this.#commands.client().call('input.transcribe',
      { audio_base64: await base64(new Blob(pieces)), mime_type: mimeType });
    this.#heard(text);
  }

  #end() {
    this.#recorder = null;
    this.#commands.store.redraw();
  }
}

function base64(blob) {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(',') + 1));
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(blob);
  });
}
