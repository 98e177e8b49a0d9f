// Server-sent events from the bytes of a fetch: only what ChatKit's wire uses (data lines; comments and other fields
// are passed over), but split anywhere, with any of the three line ends.

/** Yields the data of each whole event in a stream of bytes. What stands after the last blank line is no event. */
export async function* eventData(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const lines = new Lines();
  let data = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      for (const line of lines.push(done ? decoder.decode() : decoder.decode(value, { stream: true }))) {
        if (line === '') {
          if (data.length) yield data.join('\n');
          data = [];
        } else if (line === 'data' || line.startsWith('data:')) {
          data.push(line.slice(5).replace(/^ /, ''));
        }
      }
      if (done) return;
    }
  } finally {
    // Reached too when the reader of the events stops early: the connection is given up, not left open.
    reader.cancel().catch(() => {});
  }
}

/** Cuts text that comes in pieces into lines. A CR at the end of a piece may be half of a CRLF. */
class Lines {
  #rest = '';

  * push(text) {
    const all = this.#rest + text;
    const end = /\r\n|\n|\r(?!$)/g;
    let start = 0;
    for (let found = end.exec(all); found; found = end.exec(all)) {
      yield all.slice(start, found.index);
      start = end.lastIndex;
    }
    this.#rest = all.slice(start);
  }
}
