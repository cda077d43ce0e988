// A question before something that cannot be taken back.
import { at } from './dom.js';

/**
 * @param {{title: string, text: string, yes: string}} question `yes`: what the button says that does it
 * @returns {Promise<boolean>} false also for Escape
 */
export function confirm({ title, text, yes }) {
  const dialog = at('confirm');
  at('confirm-title').textContent = title;
  at('confirm-text').textContent = text;
  at('confirm-yes').textContent = yes;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
