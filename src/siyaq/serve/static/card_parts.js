// What the sections of a card are made of: a heading, and a button that opens a post.

import { el } from "./dom.js";
import { handleOf } from "./format.js";

export function section(key, params, ...children) {
  return el("section", { class: "card-section" }, el("h3", { t: key, params }), ...children);
}

function who(card, postId) {
  const member = [...card.copies.members, ...card.copies.retold].find((copy) => copy.post_id === postId);
  if (member) return handleOf(member.handle, member.author_id);
  const picture = card.media.flatMap(({ earlier }) => earlier).find((one) => one.post_id === postId);
  if (picture) return handleOf(picture.handle, picture.post_id);
  const reference = card.references.find((found) => found.post_id === postId);
  if (reference) return handleOf(reference.author.handle, reference.author.id);
  const post = card.thread?.posts.find((found) => found.post_id === postId);
  return handleOf(post?.handle, authorIn(postId));
}

/** The part of a post id that tells most about whose it is. */
function authorIn(postId) {
  return /did:[a-z]+:[^/]+/.exec(postId)?.[0] ?? postId.slice(postId.indexOf(":") + 1);
}

export function postButton(card, postId, open) {
  const name = who(card, postId);
  return el("button", {
    type: "button", class: "link", label: "post.read_of", params: { who: name },
    on: { click: () => open.openPost(postId) },
  }, el("bdi", { dir: "ltr" }, name));
}
