// Markdown's blocks, as plain data: paragraphs, headings, lists, quotes, code, rules and tables. It reads a simple form
// of GitHub's Markdown in one pass. There is no raw HTML: what looks like a tag is text. Inline marks are inline.js's.

const fence = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)$/;
const heading = /^ {0,3}(#{1,6})($|\s.*$)/;
const rule = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const quote = /^ {0,3}> ?/;
const marker = /^( {0,3})([-*+]|(\d{1,9})[.)])(?:( {1,4})(?! )|( +)|$)/;
const tableRule = /^ {0,3}\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const deepest = 8;

/** The blocks of a text: [{type, …}]. Deep nesting becomes paragraphs, so hostile text can't exhaust the stack. */
export function blocks(text, depth = 0) {
  const lines = Array.isArray(text) ? text : text.replace(/\r\n?/g, '\n').split('\n');
  const found = [];
  let at = 0;
  while (at < lines.length) {
    if (lines[at].trim() === '') { at++; continue; }
    const [block, next] = one(lines, at, depth);
    found.push(block);
    at = next;
  }
  return found;
}

function one(lines, at, depth) {
  const line = lines[at];
  if (fence.test(line)) return code(lines, at);
  const title = heading.exec(line);
  if (title) return [{ type: 'heading', level: title[1].length, text: withoutClosing(title[2].trim()) }, at + 1];
  if (rule.test(line)) return [{ type: 'rule' }, at + 1];
  if (depth < deepest && quote.test(line)) return quoted(lines, at, depth);
  if (depth < deepest && marker.test(line)) return list(lines, at, depth);
  if (line.includes('|') && at + 1 < lines.length && lines[at + 1].includes('-') && tableRule.test(lines[at + 1])) {
    return table(lines, at);
  }
  return paragraph(lines, at);
}

/** A heading may be closed by the marks that it was opened by: "# Title #". */
function withoutClosing(title) {
  let end = title.length;
  while (title[end - 1] === '#') end--;
  return end === 0 || title[end - 1] === ' ' ? title.slice(0, end).trimEnd() : title;
}

function code(lines, at) {
  const [, mark, info] = fence.exec(lines[at]);
  const language = /^[\w+#.-]*/.exec(info.trim())[0];
  const end = new RegExp(`^ {0,3}${mark[0]}{${mark.length},}\\s*$`);
  const body = [];
  let next = at + 1;
  while (next < lines.length && !end.test(lines[next])) body.push(lines[next++]);
  // An open fence runs to the end: so does code that is still being streamed.
  return [{ type: 'code', language, text: body.join('\n') }, next + 1];
}

function quoted(lines, at, depth) {
  const body = [];
  let next = at;
  while (next < lines.length && lines[next].trim() !== '' && (quote.test(lines[next]) || !interrupts(lines[next]))) {
    body.push(lines[next++].replace(quote, ''));
  }
  return [{ type: 'quote', blocks: blocks(body, depth + 1) }, next];
}

function list(lines, at, depth) {
  const first = marker.exec(lines[at]);
  const ordered = first[3] !== undefined;
  const items = [];
  let next = at;
  while (next < lines.length) {
    const found = marker.exec(lines[next]);
    if (!found || (found[3] !== undefined) !== ordered || rule.test(lines[next])) break;
    const [body, after] = itemLines(lines, next, found);
    items.push(blocks(body, depth + 1));
    next = after;
    // One or more blank lines between items leave them in one list.
    let skip = next;
    while (skip < lines.length && lines[skip].trim() === '') skip++;
    if (skip < lines.length && marker.test(lines[skip])) next = skip;
  }
  return [{ type: 'list', ordered, start: ordered ? Number(first[3]) : 1, items }, next];
}

/** The lines of one list item without their indent, and where the item ends. */
function itemLines(lines, at, found) {
  const indent = found[1].length + found[2].length + (found[4]?.length ?? 1);
  const body = [lines[at].slice(found[0].length)];
  let next = at + 1;
  for (; next < lines.length; next++) {
    const line = lines[next];
    if (line.trim() === '') {
      const more = lines[next + 1];
      if (more === undefined || more.trim() === '' || leading(more) < indent) break;
      body.push('');
    } else if (leading(line) >= Math.min(indent, 2)) {
      body.push(line.slice(Math.min(leading(line), indent)));
    } else if (interrupts(line)) {
      break;
    } else {
      body.push(line);
    }
  }
  return [body, next];
}

function table(lines, at) {
  const align = cells(lines[at + 1]).map((cell) => (
    cell.endsWith(':') ? (cell.startsWith(':') ? 'center' : 'end') : 'start'));
  const rows = [];
  let next = at + 2;
  while (next < lines.length && lines[next].includes('|')) rows.push(cells(lines[next++]));
  return [{ type: 'table', align, head: cells(lines[at]), rows }, next];
}

function cells(line) {
  const inner = line.trim().replace(/^\|/, '').replace(/(?<!\\)\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function paragraph(lines, at) {
  const body = [lines[at]];
  let next = at + 1;
  while (next < lines.length && lines[next].trim() !== '' && !interrupts(lines[next])) body.push(lines[next++]);
  return [{ type: 'paragraph', text: body.map((line) => line.trim()).join('\n') }, next];
}

function interrupts(line) {
  return fence.test(line) || heading.test(line) || rule.test(line) || quote.test(line) || marker.test(line);
}

function leading(line) {
  return line.length - line.trimStart().length;
}
