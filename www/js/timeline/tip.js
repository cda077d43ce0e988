// What a mark is, next to the pointer. The table says the same to those without one.
import { write } from '../dom.js';
import { clock } from '../format.js';
import { howLong, laneName, what } from './describe.js';
import { targetAt } from './pen.js';

/**
 * @param {HTMLElement} picture
 * @param {HTMLElement} tip
 * @param {() => object[]} targets of what is drawn now
 * @param {() => number} now
 * @returns {() => void} brings it up to date after a drawing
 */
export function createTip(picture, tip, targets, now) {
  /** Where the pointer is. @type {{x: number, y: number} | null} */
  let pointer = null;
  const update = () => {
    const target = pointer && targetAt(targets(), pointer.x, pointer.y);
    tip.hidden = !target;
    if (!target) return;
    const { item } = target;
    write(tip.children[0], what(item, now()));
    write(tip.children[1], [laneName(item.lane), clock(new Date(item.start)), howLong(item, now())].filter(Boolean).join(' · '));
    const left = Math.min(Math.max(0, pointer.x - tip.offsetWidth / 2), picture.clientWidth - tip.offsetWidth);
    tip.style.setProperty('left', `${Math.max(0, left)}px`);
    tip.style.setProperty('top', `${target.bottom + 8}px`);
  };
  const point = (event) => {
    pointer = { x: event.offsetX, y: event.offsetY };
    update();
  };
  const leave = () => {
    pointer = null;
    update();
  };
  picture.addEventListener('pointermove', point);
  picture.addEventListener('pointerdown', point);
  picture.addEventListener('pointerleave', (event) => event.pointerType === 'mouse' && leave());
  // What has come by itself can be sent away, and a tap elsewhere does so too.
  addEventListener('keydown', (event) => event.key === 'Escape' && leave());
  addEventListener('pointerdown', (event) => picture.contains(event.target) || leave());
  return update;
}
