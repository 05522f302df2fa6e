// What the customer SDK expects of a browser and Node lacks, for a page at an origin of its own. Everything goes through the
// stand-in as a proxy, so that the SDK calls the vendor's own hosts. Requests between origins keep to the rules of browsers, for
// without them a stand-in that forgets its CORS headers or cookies would pass.
import https from "node:https";
import { HttpsProxyAgent } from "https-proxy-agent";
import { WebSocket } from "ws";

const agent = new HttpsProxyAgent(process.env.REHEARSAL_PROXY);
/** What was asked for: method or `WS` or `IMG`, address, status. */
export const asked = [];

const cookies = new Map();

/** Keeps a cookie, if its attributes let it be sent from another site at all. */
function keep(host, line) {
  const [pair, ...attributes] = line.split(/; */);
  const told = Object.fromEntries(attributes.map((attribute) => attribute.toLowerCase().split("=")));
  const fits = !told.domain || host === told.domain || host.endsWith(`.${told.domain}`);
  if (!fits || !("secure" in told) || told.samesite !== "none") throw new Error(`a browser drops the cookie ${line}`);
  const [name, ...value] = pair.split("=");
  cookies.set(name, { value: value.join("="), domain: told.domain ?? host, path: told.path ?? "/" });
}

function kept({ host, pathname }) {
  const theirs = [...cookies].filter(([, { domain, path }]) => host.endsWith(domain) && pathname.startsWith(path));
  return theirs.map(([name, { value }]) => `${name}=${value}`).join("; ");
}

function get(kind, url, options, body = "") {
  return new Promise((resolve, reject) => {
    const request = https.request(url, { agent, ...options }, async (response) => {
      let text = "";
      for await (const piece of response) text += piece;
      asked.push([kind, url.href, response.statusCode]);
      resolve({ status: response.statusCode, headers: response.headers, text });
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** For requests that need no preflight. */
class XMLHttpRequest {
  #headers = {};

  open(method, url) {
    Object.assign(this, { method: method.toUpperCase(), url: new URL(url) });
  }

  setRequestHeader(name) {
    throw new Error(`a request with ${name} would need a preflight`);
  }

  getAllResponseHeaders() {
    return Object.entries(this.#headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  }

  async send(body) {
    const { origin } = window.location;
    const headers = { origin, ...(body && { "content-type": "text/plain;charset=UTF-8", "content-length": Buffer.byteLength(body) }) };
    if (this.withCredentials && kept(this.url)) headers.cookie = kept(this.url);
    try {
      const response = await get(this.method, this.url, { method: this.method, headers }, body ?? "");
      const allowed = response.headers["access-control-allow-origin"];
      const trusted = response.headers["access-control-allow-credentials"] === "true";
      if (!(this.withCredentials ? allowed === origin && trusted : [origin, "*"].includes(allowed))) {
        throw new Error(`a browser keeps the answer of ${this.url} from a page of ${origin}`);
      }
      if (this.withCredentials) response.headers["set-cookie"]?.forEach((line) => keep(this.url.hostname, line));
      this.#headers = response.headers;
      Object.assign(this, { status: response.status, statusText: "", responseText: response.text, responseURL: this.url.href });
    } catch (error) {
      this.onerror(error);
      return;
    }
    this.onload();
  }
}

/** Whether a page could show what it gets does not matter: an image is asked for, and comes or does not. */
class Image {
  set src(url) {
    get("IMG", new URL(url), {}).then(({ status }) => (status === 200 ? this.onload : this.onerror)?.(), (error) => this.onerror?.(error));
  }
}

class Socket extends WebSocket {
  constructor(url) {
    super(url, { agent, origin: window.location.origin });
    this.on("upgrade", ({ statusCode }) => asked.push(["WS", url, statusCode]));
  }
}

/** What the page keeps, and a page that is opened later finds. */
const items = new Map();
const localStorage = {
  getItem: (key) => items.get(key) ?? null,
  setItem: (key, value) => void items.set(key, String(value)),
  removeItem: (key) => void items.delete(key),
};

globalThis.window = { location: new URL("https://shop.example/cart"), localStorage };
Object.assign(globalThis, { XMLHttpRequest, WebSocket: Socket, Image, localStorage });
