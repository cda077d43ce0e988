// The elements of the page.

/** @param {string} id */
export const at = (id) => document.getElementById(id);

/** Written only when it differs: a live region would say the same again. @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
