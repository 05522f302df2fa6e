// What every client here is watched with: a receiver of webhooks, and patience that ends.
import assert from "node:assert/strict";
import http from "node:http";

const PATIENCE = 10_000;

/** Waits until something is there. */
export async function until(what, found) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await new Promise((later) => setTimeout(later, 20))) {
    const there = found();
    if (there) return there;
  }
  assert.fail(`no ${what} within ${PATIENCE / 1000} s`);
}

/** What a promise comes to, which fails if it has come to nothing in time: not every client gives up by itself. */
export async function within(what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new assert.AssertionError({ message: `no ${what} within ${PATIENCE / 1000} s` })), PATIENCE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Takes webhooks until it is closed. */
export async function receiver() {
  const received = [];
  const server = http.createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    received.push(JSON.parse(body));
    response.end();
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return { received, url: `http://127.0.0.1:${server.address().port}/hook`, close: () => server.close() };
}
