// The connect form. The connection string may hold a password: it goes into one request body and nowhere else.
import { createKeepAlive } from '/dist/index.js';
import { call } from './api.js';
import { safeReturnTo } from './return-to.js';

const form = document.getElementById('form');
const field = document.getElementById('connection');
const remember = document.getElementById('remember');
const error = document.getElementById('connection-error');
const submit = document.getElementById('submit');

const returnTo = safeReturnTo(new URLSearchParams(location.search).get('returnTo'), location.origin);
if (returnTo !== '/') {
  document.getElementById('return-to').textContent = returnTo;
  document.getElementById('destination').hidden = false;
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  show('');
  submit.disabled = true;
  try {
    await call('POST', '/api/connect', { connectionString: field.value.trim(), remember: remember.checked });
    // Forgotten before the page is left, so that going back finds no password.
    field.value = '';
    // Tells the module, and other tabs, of the new sign-in. Not created before: a sign-out that the backend has still to learn
    // of would be delivered now and could end the new session; remember() makes it forgotten.
    await createKeepAlive({ login: false }).remember();
    location.replace(returnTo);
  } catch (refusal) {
    submit.disabled = false;
    show(refusal.message);
    field.focus();
  }
});

field.addEventListener('input', () => show(''));

function show(message) {
  error.textContent = message;
  if (message) field.setAttribute('aria-invalid', 'true');
  else field.removeAttribute('aria-invalid');
}
