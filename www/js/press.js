// What a button does: one thing at a time, its outcome told where a screen reader hears it.

/**
 * @param {HTMLElement} button is busy meanwhile
 * @param {HTMLElement} output takes the outcome, or why there is none
 * @param {() => Promise<string | void>} action
 */
export async function perform(button, output, action) {
  // Not `disabled`: that would throw the keyboard focus out of the button.
  if (button.getAttribute('aria-busy') === 'true') return;
  button.setAttribute('aria-busy', 'true');
  try {
    output.textContent = (await action()) ?? '';
  } catch (error) {
    output.textContent = error.message;
  } finally {
    button.removeAttribute('aria-busy');
  }
}

/** Does so on every click. @param {HTMLElement} button @param {HTMLElement} output @param {() => Promise<string | void>} action */
export function onPress(button, output, action) {
  button.addEventListener('click', () => perform(button, output, action));
}
