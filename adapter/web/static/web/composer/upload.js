// How a file gets to the server: by one of the two strategies that the page's options name.

import { refusal } from '../protocol/client.js';

/** Uploads a file; answers the server's Attachment. `progress` is called with what is done, 0 to 1, where that is known. */
export async function upload(file, { client, strategy, signal, progress }) {
  if (strategy?.type === 'direct') return direct(file, strategy.uploadUrl, { client, signal });
  const attachment = await client.call('attachments.create',
    { name: file.name, size: file.size, mime_type: file.type || 'application/octet-stream' }, { signal });
  await send(file, attachment.upload_descriptor, { client, signal, progress });
  return attachment;
}

async function direct(file, address, { client, signal }) {
  const response = await client.fetch(address, { method: 'POST', body: inForm(file), signal });
  if (!response.ok) throw await refusal(response);
  return response.json();
}

function inForm(file) {
  const form = new FormData();
  form.append('file', file, file.name);
  return form;
}

/** Sends the bytes to where the server said, with what it said. Only this old kind of request tells how far it is. */
function send(file, { url, method = 'PUT', headers = {} }, { signal, progress }) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => { if (total) progress(loaded / total); };
    request.onload = async () => {
      if (request.status >= 200 && request.status < 300) done();
      else fail(await refusal(new Response(request.responseText, { status: Math.max(400, request.status) })));
    };
    request.onerror = () => fail(new TypeError('network'));
    request.onabort = () => fail(signal.reason);
    signal.addEventListener('abort', () => request.abort());
    request.send(method.toUpperCase() === 'POST' ? inForm(file) : file);
  });
}
