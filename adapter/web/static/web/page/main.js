// The page at /: whoever is signed in chats, whoever isn't signs in. The chat itself is the <openai-chatkit> element,
// used as any page of somebody else's would use it.

import { chatView } from './chatview.js';
import { Identity } from './identity.js';
import { remembered } from './scheme.js';
import { signIn } from './signin.js';

const page = document.getElementById('page');

async function start() {
  remembered();
  const response = await fetch('config.json');
  if (!response.ok) throw new Error(`The page's configuration can't be read (${response.status}).`);
  const config = await response.json();
  const identity = new Identity(config.issuer, window.sessionStorage);
  show(config, identity);
}

function show(config, identity) {
  const view = identity.signedIn
    ? chatView(config, identity, () => { identity.signOut(); show(config, identity); })
    : signIn(identity, () => show(config, identity));
  page.replaceChildren(...view.nodes);
  view.shown();
}

start().catch((error) => {
  const words = document.createElement('p');
  words.setAttribute('role', 'alert');
  words.className = 'door';
  words.textContent = `${error.message} Reload the page to try again.`;
  page.replaceChildren(words);
});
