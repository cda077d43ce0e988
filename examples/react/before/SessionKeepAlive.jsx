// What many applications have: validate every five minutes, connect anew with a stored connection string, redirect if that fails.
import { useEffect } from 'react';
import { post } from '../api.js';
import { interval } from '../interval.js';

// 1. Any script on the page, and whoever opens the profile's folder, reads the database's password here.
export const storedConnectionString = () => localStorage.getItem('connectionString');

// 2. A restart that takes a few seconds, a 503 or a train in a tunnel is not told from a session that has ended: all of them
//    come here, and the page is gone with what the person has typed.
const leave = () => {
  location.href = '/before/connect.html';
};

async function keepAlive() {
  try {
    const validated = await post('/api/validate-session');
    if (validated.ok) return;
    const connectionString = storedConnectionString();
    if (!connectionString) return leave();
    // 3. Ten tabs that find the session lost make ten new ones. 4. A person who was signed out on purpose is signed in again.
    const connected = await post('/api/connect', { connectionString });
    if (!connected.ok) leave();
  } catch {
    leave();
  }
}

export function SessionKeepAlive() {
  useEffect(() => {
    keepAlive();
    // 5. Up to five minutes late after a laptop has slept, and never slower or quieter when the backend is in trouble.
    const timer = setInterval(keepAlive, interval);
    return () => clearInterval(timer);
  }, []);
  return null;
}
