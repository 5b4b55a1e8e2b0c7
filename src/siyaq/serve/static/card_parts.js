// What the sections of a card are made of: a heading, and a button that opens a post.

import { called, el } from "./dom.js";
import { handleOf } from "./format.js";

export function section(key, params, ...children) {
  return el("section", { class: "card-section" }, el("h3", { t: key, params }), ...children);
}

/** Whether the post claims nothing, and asks whether something is so. */
export function asks({ claims: found }) {
  return found.length > 0 && found.every((claim) => claim.asked);
}

/** What the author of a post on the card is called, as `called` takes it. */
export function who(card, postId) {
  const of = (posts) => posts.find((one) => one.post_id === postId);
  const author = of(card.references)?.author; // the first two know what a paper is called
  if (author) return handleOf(author.handle, author.id, author.name);
  const picture = of(card.media.flatMap(({ earlier }) => earlier));
  if (picture) return handleOf(picture.handle, picture.author_id, picture.name);
  const { members, changed, retold } = card.copies;
  const member = of([...members, ...changed, ...retold]);
  if (member) return handleOf(member.handle, member.author_id);
  const post = of(card.thread?.posts ?? []);
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
  }, called(name, { dir: String(name).startsWith("@") ? "ltr" : "auto" }));
}
