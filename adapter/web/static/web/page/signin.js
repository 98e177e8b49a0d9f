// The sign-in: a name with a development issuer, a token without one.

import { h } from '../view/dom.js';

/** The view, and `done` when somebody is signed in. */
export function signIn(identity, done) {
  const demo = identity.demo;
  const field = h('input', demo
    ? { id: 'name', name: 'name', autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', required: true, maxlength: '100', placeholder: 'alice' }
    : { id: 'token', name: 'token', type: 'password', autocomplete: 'off', required: true });
  const button = h('button', { type: 'submit' }, demo ? 'Start' : 'Sign in');
  const wrong = h('p', { class: 'wrong', role: 'alert', hidden: true });
  const submit = async (event) => {
    event.preventDefault();
    const value = field.value.trim();
    if (!value) return;
    button.disabled = true;
    wrong.hidden = true;
    try {
      if (demo) await identity.signInAs(value); else identity.signInWith(value);
      done();
    } catch (error) {
      wrong.textContent = error instanceof TypeError ? 'The sign-in service can’t be reached.' : error.message;
      wrong.hidden = false;
      button.disabled = false;
      field.focus();
    }
  };
  const form = h('form', { class: 'door', on: { submit } },
    h('img', { class: 'mark', src: 'favicon.svg', alt: '' }),
    h('h1', {}, 'Welcome to taskpilot'),
    h('p', {}, demo ? 'Manage your tasks by chatting. Pick any name to look around as a demo user.'
      : 'Manage your tasks by chatting. Sign in with an access token of your organisation.'),
    h('label', { for: field.id }, demo ? 'Your name' : 'Access token'), field, button, wrong);
  return { nodes: [h('main', { class: 'entrance' }, form)], shown: () => field.focus() };
}
