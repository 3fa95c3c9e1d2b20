// What was found at a doorstep is kept on the phone until the council's server has it: connections are lost on stairs and in basements.
const STORE = "visits";

function database() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("borough", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, {keyPath: "key"});
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

async function within(mode, work) {
  const opened = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = opened.transaction(STORE, mode);
      const asked = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked?.result);
      transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    opened.close();
  }
}

const keep = (visit) => within("readwrite", (store) => store.put(visit));
const drop = (key) => within("readwrite", (store) => store.delete(key));
const kept = () => within("readonly", (store) => store.getAll());

export async function forgetEverything() {
  try {
    navigator.serviceWorker?.controller?.postMessage("forget");
  } catch {
    // without a worker there is nothing that it keeps
  }
}

async function send(visit) {
  const csrf = document.querySelector('meta[name="csrf"]')?.content ?? "";
  const {who, ...said} = visit;
  const answer = await fetch("/api/visits", {
    method: "POST", credentials: "same-origin",
    headers: {"Content-Type": "application/json", "X-CSRF-Token": csrf}, body: JSON.stringify(said),
  });
  if (answer.ok) return {sent: true};
  const problem = await answer.json().catch(() => ({}));
  return {sent: false, status: answer.status, detail: problem.detail ?? `The server answered ${answer.status}.`};
}

function tell(uprn, text, state) {
  const place = document.querySelector(`#visit-${CSS.escape(String(uprn))} [data-state]`);
  if (!place) return;
  place.textContent = text;
  place.dataset.state = state;
}

async function count() {
  const waiting = await kept();
  for (const place of document.querySelectorAll("[data-kept]")) {
    place.hidden = waiting.length === 0;
    place.textContent = waiting.length === 1 ? "1 visit is kept on this phone and will be sent when there is a connection." : `${waiting.length} visits are kept on this phone and will be sent when there is a connection.`;
  }
  return waiting;
}

// The page may be yesterday's: it opens without a connection. The day is that of London, as councils count.
const today = () => new Date().toLocaleDateString("en-CA", {timeZone: "Europe/London"});

let sending = null;

// One at a time, however often it is asked for: the lists of two tabs are the same.
function sendAll() {
  sending ??= (navigator.locks ? navigator.locks.request("borough-visits", flush) : flush()).finally(() => (sending = null));
  return sending;
}

async function flush() {
  const me = document.querySelector('meta[name="user"]')?.content;
  for (const visit of await kept()) {
    if (visit.who !== me) continue; // somebody else's: they send it when they sign in
    let answer;
    try {
      answer = await send(visit);
    } catch {
      break; // no connection: all the others would fail too
    }
    if (answer.sent) {
      await drop(visit.key);
      tell(visit.uprn, `Recorded: ${visit.outcome}`, "sent");
    } else if (answer.status === 401 || answer.status === 429 || answer.status >= 500) {
      tell(visit.uprn, answer.status === 401 ? "Kept on this phone. Sign in to send it." : "Kept on this phone. It will be sent.", "kept");
      break;
    } else {
      await drop(visit.key);
      tell(visit.uprn, `Not recorded: ${answer.detail}`, "refused");
    }
  }
  await count();
}

export async function startVisits() {
  if (!("indexedDB" in window)) return;
  for (const form of document.querySelectorAll("form[data-offline]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const filled = new FormData(form);
      if (!filled.get("outcome")) return tell(form.dataset.uprn, "Choose what you found.", "refused");
      const visit = {
        key: crypto.randomUUID(), who: document.querySelector('meta[name="user"]')?.content, uprn: Number(form.dataset.uprn), outcome: filled.get("outcome"),
        note: filled.get("note") || "", visited: today(), plan: filled.get("plan") || null,
      };
      try {
        await keep(visit);
      } catch {
        return form.submit(); // a browser that keeps nothing sends it as forms always were
      }
      tell(visit.uprn, "Kept on this phone. It will be sent.", "kept");
      form.closest("details")?.removeAttribute("open");
      await count();
      await sendAll();
    });
  }
  if (!document.querySelector('meta[name="user"]')) return;
  window.addEventListener("online", () => sendAll());
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/service-worker.js", {scope: "/"}).catch(() => {});
  for (const visit of await count()) tell(visit.uprn, "Kept on this phone. It will be sent.", "kept");
  await sendAll();
}
