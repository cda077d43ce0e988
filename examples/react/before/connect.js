import { post } from '../api.js';

document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const { connectionString } = Object.fromEntries(new FormData(event.target));
  const answer = await post('/api/connect', { connectionString });
  if (!answer.ok) return;
  localStorage.setItem('connectionString', connectionString);
  // Where the person was, nobody knows.
  location.href = '/before/index.html?interval=2000';
});
