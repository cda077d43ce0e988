// Number fields: what is wrong with what is in one, said at the field.

/**
 * What to tell a person about a number field; '' if there is nothing to say.
 * @param {{value: string, badInput: boolean, min: number, max: number, required: boolean}} field `badInput`: something is in it
 *   that the browser takes for no number
 */
export function mistakeIn({ value, badInput, min, max, required }) {
  const number = Number(value);
  const fits = value !== '' && Number.isInteger(number) && number >= min && number <= max;
  if (!badInput && (fits || (value === '' && !required))) return '';
  return `Enter a whole number from ${min} to ${max}${required ? '' : ', or nothing'}.`;
}

/**
 * The values of a form's number fields and selections by their names, without what was left empty; null, and a message at each
 * field at fault, if they cannot be sent.
 * @param {HTMLFormElement} form each number field is described by the element that takes its message
 * @returns {Record<string, number | string> | null}
 */
export function valuesOf(form) {
  const values = {};
  let wrong = null;
  for (const field of form.querySelectorAll('input, select')) {
    const mistake = field.type === 'number' ? show(field) : '';
    if (mistake) wrong ??= field;
    else if (field.value !== '') values[field.name] = field.type === 'number' ? Number(field.value) : field.value;
  }
  wrong?.focus();
  return wrong ? null : values;
}

/** A mistake is gone from the page as soon as it is gone from the field. @param {HTMLFormElement} form */
export function watchFields(form) {
  form.addEventListener('input', ({ target }) => target.getAttribute('aria-invalid') && show(target));
}

function show(field) {
  const { value, validity: { badInput }, min, max, required } = field;
  const mistake = mistakeIn({ value, badInput, min: Number(min), max: Number(max), required });
  document.getElementById(field.getAttribute('aria-describedby')).textContent = mistake;
  if (mistake) field.setAttribute('aria-invalid', 'true');
  else field.removeAttribute('aria-invalid');
  return mistake;
}
