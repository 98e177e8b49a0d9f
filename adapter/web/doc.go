// Package web is the page at / and the open <openai-chatkit> element: plain JavaScript modules and style sheets, without a
// build step, embedded in the binary, shortened when the handler is made, and served with a policy under which nothing
// else can run.
//
// static/chatkit.js is the element, for any page: a classic script that imports static/web/chat.js. Below static/web,
// protocol/ speaks ChatKit's wire, state/ folds events into a conversation (pure), markdown/, items/ and widgets/ draw
// it with DOM nodes, composer/ is where messages are written, view/ is the frame around it all, and page/ is the small
// application at /, which uses the element as a stranger would. Nothing in it knows chatcore or the adapter: the
// protocol's URL is all it is told.
package web
