// Which tabs of this browser show the demo. Each holds a Web Lock for as long as it lives, and the others wait for it: the
// browser gives it on when a tab is closed, crashes or goes elsewhere, so nobody has to guess by a timeout. What tabs tell
// each other goes over a channel.

const KEY = 'session-keepalive-demo:tabs';
const life = (id) => `${KEY}:life:${id}`;
const place = (number) => `${KEY}:number:${number}`;

/**
 * Takes part from now on; not while the page is in the back/forward cache, which a lock would keep it out of.
 * @param {object} tell
 * @param {(number: number) => void} tell.joined this tab has a number
 * @param {(message: {tab: {id: string}, closed?: object[], isNew?: boolean}) => void} tell.told another tab tells of itself
 * @param {(id: string) => void} tell.gone another tab is gone
 * @param {() => void} tell.closeAsked another tab wants this one closed
 * @param {() => void} tell.alone the browser has no channels or locks, or denies them, as to a page in a frame
 */
export function takePart({ joined, told, gone, closeAsked, alone }) {
  // Missing only where locks are missing too.
  const id = crypto.randomUUID?.() ?? '';
  /** The others whose locks are waited for. */
  const watched = new Set();
  let channel;
  let stay;
  let number = remembered();

  const watch = (other, signal) => {
    if (watched.has(other)) return;
    watched.add(other);
    // Shared, so that all who wait get it at once.
    navigator.locks.request(life(other), { mode: 'shared', signal }, () => {
      watched.delete(other);
      gone(other);
    }).catch(() => {});
  };

  const join = async (signal) => {
    const here = new BroadcastChannel(KEY);
    signal.addEventListener('abort', () => here.close());
    here.onmessage = ({ data }) => {
      if (data.close === id) closeAsked();
      if (!data.tab) return;
      told(data);
      watch(data.tab.id, signal);
    };
    await hold(life(id), signal);
    number = await firstFree(number, signal);
    if (signal.aborted) return;
    remember(number);
    channel = here;
    joined(number);
  };

  const begin = () => {
    stay = new AbortController();
    join(stay.signal).catch(alone);
    // After a time in the cache: some may have gone meanwhile.
    for (const other of [...watched].filter((known) => watched.delete(known))) watch(other, stay.signal);
  };
  addEventListener('pagehide', () => {
    channel = undefined;
    stay.abort();
  });
  addEventListener('pageshow', ({ persisted }) => persisted && begin());
  begin();

  return {
    id,
    /** @param {object} message what the others get; nothing before this tab has a number */
    tell: (message) => channel?.postMessage(message),
    /** @param {string} other its id */
    close: (other) => channel?.postMessage({ close: other }),
  };
}

/** Takes a lock until `signal`. @returns {Promise<boolean>} whether it was to be had */
function hold(name, signal, ifAvailable = false) {
  return new Promise((resolve, reject) => {
    navigator.locks.request(name, { ifAvailable }, (lock) => {
      resolve(lock !== null);
      if (!lock || signal.aborted) return undefined;
      return new Promise((release) => { signal.addEventListener('abort', release, { once: true }); });
    }).catch(reject);
  });
}

/** The number this tab had, if nobody else has it now, or else the smallest that is free. */
async function firstFree(wanted, signal) {
  if (wanted && (await hold(place(wanted), signal, true))) return wanted;
  for (let number = 1; ; number += 1) if (await hold(place(number), signal, true)) return number;
}

// A reloaded tab keeps its number. One that was opened by a script begins with a copy of its opener's, which is taken.
const NUMBER = `${KEY}:number`;

function remembered() {
  try {
    return Number(sessionStorage.getItem(NUMBER)) || null;
  } catch {
    return null;
  }
}

function remember(number) {
  try {
    sessionStorage.setItem(NUMBER, String(number));
  } catch {
    // Storage is denied: then a reload may change the number.
  }
}
