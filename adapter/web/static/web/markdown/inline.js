// Markdown's inline marks, as plain data: {type: text|code|break, text} and {type: strong|em|del|link, children}.
// Marks are matched with a stack, as CommonMark does it, so the time grows with the text and no faster.

const token = /\\([!-/:-@[-`{-~])|(`+)|(\*+|_+|~~)|(!?\[)|(\])|<((?:https?:\/\/|mailto:)[^\s<>]+)>|(https?:\/\/[^\s<>"'`[\]]{1,2000})|\n/g;
const target = /^\(\s*(?:<([^<>\n]*)>|([^\s()]*(?:\([^\s()]*\)[^\s()]*)*))(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)/;
const deepest = 24; // marks within marks: deeper ones stay text, so hostile text can't exhaust the stack
const ends = /[.,:;!?)\]'"*_~]+$/;

/** The nodes of one block's text. */
export function inline(text) {
  return new Reader(text).read();
}

class Reader {
  #text;
  #nodes = [];     // a flat list; marks in it are {mark, …} until they are matched
  #brackets = [];  // where [ stands in it
  #missing = new Map(); // runs of backticks that have no partner further on

  constructor(text) { this.#text = text; }

  read() {
    let at = 0;
    token.lastIndex = 0;
    for (let found = token.exec(this.#text); found; token.lastIndex = at, found = token.exec(this.#text)) {
      this.#add(this.#text.slice(at, found.index));
      at = this.#take(found, found.index + found[0].length);
    }
    this.#add(this.#text.slice(at));
    return matched(this.#nodes);
  }

  #add(text) {
    if (text) this.#nodes.push({ type: 'text', text });
  }

  /** Takes one token that ends before `after`; answers where reading goes on. */
  #take(found, after) {
    const [, escaped, ticks, mark, open, close, address, bare] = found;
    if (escaped) this.#add(escaped);
    else if (ticks) return this.#code(ticks, after);
    else if (mark) this.#nodes.push(emphasis(mark, this.#text[found.index - 1], this.#text[after]));
    else if (open) this.#brackets.push(this.#nodes.push({ type: 'text', text: open, mark: '' }) - 1);
    else if (close) return this.#link(after);
    else if (address) this.#nodes.push({ type: 'link', href: address, children: [{ type: 'text', text: address }] });
    else if (bare) return this.#bareLink(bare, found.index);
    else this.#nodes.push({ type: 'break' }); // in a chat a new line is meant
    return after;
  }

  #code(ticks, after) {
    const end = this.#missing.get(ticks.length) ? -1 : closing(this.#text, ticks, after);
    if (end < 0) {
      this.#missing.set(ticks.length, true);
      this.#add(ticks);
      return after;
    }
    const text = this.#text.slice(after, end).replaceAll('\n', ' ');
    const padded = text.startsWith(' ') && text.endsWith(' ') && text.trim() !== '';
    this.#nodes.push({ type: 'code', text: padded ? text.slice(1, -1) : text });
    return end + ticks.length;
  }

  #link(after) {
    const start = this.#brackets.pop();
    const found = start === undefined ? null : target.exec(this.#text.slice(after, after + 2100));
    if (!found) {
      this.#add(']');
      return after;
    }
    const children = unlinked(matched(this.#nodes.splice(start).slice(1)));
    this.#nodes.push({ type: 'link', href: found[1] ?? found[2], children });
    this.#brackets = []; // a link holds no other link
    return after + found[0].length;
  }

  #bareLink(address, at) {
    const tail = ends.exec(address)?.[0] ?? '';
    const balanced = tail.startsWith(')') && address.includes('(') ? address.slice(0, address.length - tail.length + 1) : null;
    const href = balanced ?? address.slice(0, address.length - tail.length);
    this.#nodes.push({ type: 'link', href, children: [{ type: 'text', text: href }] });
    return at + href.length;
  }
}

/** Where a run of exactly these backticks stands next, or -1. */
function closing(text, ticks, from) {
  const run = /`+/g;
  run.lastIndex = from;
  for (let found = run.exec(text); found; found = run.exec(text)) {
    if (found[0].length === ticks.length) return found.index;
  }
  return -1;
}

const space = /^$|\s/;
const punctuation = /[\p{P}\p{S}]/u;

/** A run of marks, and whether it can open or close, by what stands around it. */
function emphasis(mark, before = '', after = '') {
  const left = !space.test(after) && (!punctuation.test(after) || space.test(before) || punctuation.test(before));
  const right = !space.test(before) && (!punctuation.test(before) || space.test(after) || punctuation.test(after));
  const word = mark[0] === '_';
  return {
    type: 'text', text: mark, mark: mark[0],
    opens: left && (!word || !right || punctuation.test(before)),
    closes: right && (!word || !left || punctuation.test(after)),
  };
}

/** The nodes with each pair of marks and what stands between them made into one node. */
function matched(nodes) {
  const out = [];
  const openers = { '*': [], _: [], '~': [] };
  for (const node of nodes) {
    if (node.closes) close(out, openers, node);
    if (node.opens && node.text && openers[node.mark].length < deepest) openers[node.mark].push(out.length);
    if (node.text !== '' || !node.mark) out.push({ ...node });
  }
  return out.map(plain);
}

function close(out, openers, closer) {
  const stack = openers[closer.mark];
  while (closer.text && stack.length) {
    const at = stack.at(-1);
    const opener = out[at];
    const depth = 1 + out.slice(at + 1).reduce((most, node) => Math.max(most, node.depth ?? 0), 0);
    if (depth > deepest) { stack.length = 0; return; }
    const size = closer.mark === '~' ? 2 : Math.min(2, opener.text.length, closer.text.length);
    const children = out.splice(at + 1).map(plain);
    out.push({ type: size === 1 ? 'em' : closer.mark === '~' ? 'del' : 'strong', children, depth });
    opener.text = opener.text.slice(size);
    closer.text = closer.text.slice(size);
    if (!opener.text) { stack.pop(); out.splice(at, 1); }
    for (const other of Object.values(openers)) {
      while (other.length && other.at(-1) >= out.length - 1) other.pop(); // it is inside the pair now
    }
  }
}

/** The nodes with the links in them made into their words. */
function unlinked(nodes) {
  return nodes.flatMap((node) => {
    if (!node.children) return [node];
    const children = unlinked(node.children);
    return node.type === 'link' ? children : [{ ...node, children }];
  });
}

function plain({ mark, opens, closes, depth, ...node }) {
  return node;
}
