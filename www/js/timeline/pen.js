// Collects what is to be drawn as a few path strings and some words, so that a thousand marks are still a handful of
// elements. Pure.

/** Marks closer than this are one. */
const SAME_PIXEL = 0.5;
const CHARACTER = 6.1;
/** Bold ones are wider. */
const BOLD_CHARACTER = 7.2;
/** The kinds of words that the style sheet makes bold. */
const BOLD = /^(strong|on-)/;

/** @param {string} kind @param {string} text @returns {number} pixels, rather too many than too few */
export const widthOf = (kind, text) => text.length * (BOLD.test(kind) ? BOLD_CHARACTER : CHARACTER);

const short = (n) => String(Math.round(n * 10) / 10);

export class Pen {
  /** By class: the data of one path. @type {Map<string, string>} */
  paths = new Map();
  /** @type {{x: number, y: number, text: string, kind: string, anchor: 'start' | 'middle' | 'end'}[]} */
  words = [];
  /** What can be pointed at. @type {{x0: number, x1: number, top: number, bottom: number, item: object}[]} */
  targets = [];
  #last = new Map();

  /** @param {{left: number, right: number}} plot */
  constructor(plot) {
    this.plot = plot;
  }

  /** Pixels inside the plot. */
  clip(x) {
    return Math.min(this.plot.right, Math.max(this.plot.left, x));
  }

  /**
   * A bar, at least `least` wide. What covers the same pixels as the one before it is left out.
   * @returns {[number, number] | null} from where to where it is seen
   */
  bar(kind, x0, x1, top, height, least = 3) {
    const [left, right] = [this.clip(x0), this.clip(Math.max(x1, x0 + least))];
    if (right <= left) return null;
    const last = this.#last.get(`${kind} ${top}`);
    if (last && left - last[0] < SAME_PIXEL && right - last[1] < SAME_PIXEL) return [left, right];
    this.#last.set(`${kind} ${top}`, [left, right]);
    this.path(kind, `M${short(left)} ${short(top)}h${short(right - left)}v${short(height)}h${short(left - right)}z`);
    return [left, right];
  }

  /** @param {[number, number][]} points */
  line(kind, points) {
    this.path(kind, points.map(([x, y], place) => `${place ? 'L' : 'M'}${short(x)} ${short(y)}`).join(''));
  }

  path(kind, data) {
    this.paths.set(kind, (this.paths.get(kind) ?? '') + data);
  }

  /** Whether it would be inside the plot. */
  shows(x) {
    return x >= this.plot.left && x <= this.plot.right;
  }

  word(kind, text, x, y, anchor = 'start') {
    this.words.push({ kind, text, x: Math.round(x * 10) / 10, y: Math.round(y * 10) / 10, anchor });
  }

  /** A word inside a bar, if it fits, else the next shorter one. @returns {boolean} whether one did */
  inside(kind, texts, [left, right], y, anchor = 'start') {
    const text = texts.find((each) => widthOf(kind, each) + 8 <= right - left);
    if (text === undefined) return false;
    this.word(kind, text, anchor === 'middle' ? (left + right) / 2 : left + 6, y, anchor);
    return true;
  }

  /** A word behind a bar, if it fits before `limit`. */
  behind(kind, texts, right, y, limit) {
    const text = texts.find((each) => right + 6 + widthOf(kind, each) <= Math.min(limit - 4, this.plot.right));
    if (text !== undefined) this.word(kind, text, right + 6, y);
  }

  /** @param {object} item what is told when this is pointed at */
  target([x0, x1], { top, height }, item) {
    this.targets.push({ x0, x1, top, bottom: top + height, item });
  }
}

/** The target at a point, or the nearest one in its lane that is not farther than `reach`. */
export function targetAt(targets, x, y, reach = 10) {
  let best = null;
  let nearest = reach;
  for (const target of targets) {
    if (y < target.top - 4 || y > target.bottom + 4) continue;
    const distance = Math.max(target.x0 - x, x - target.x1, 0);
    // Of several the last, which is on top; but a small one goes before the long one it lies in.
    if (distance < nearest || distance === nearest && best && target.x1 - target.x0 <= best.x1 - best.x0) {
      best = target;
      nearest = distance;
    }
  }
  return best;
}
