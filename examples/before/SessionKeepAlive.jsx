// The component that people write by hand, as the write-ups describe it: an interval, a connection string in localStorage, a
// reconnect, and a redirect if that fails. docs/migration.md says what becomes of each line.
import { useEffect } from 'react';

const FIVE_MINUTES = 5 * 60 * 1000;

export default function SessionKeepAlive() {
  useEffect(() => {
    const validate = async () => {
      try {
        const response = await fetch('/api/validate-session', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-session-id': localStorage.getItem('sessionId') },
        });
        if (response.ok) return;
        await reconnect();
      } catch {
        window.location.href = '/connect';
      }
    };

    const reconnect = async () => {
      const connectionString = localStorage.getItem('connectionString');
      if (!connectionString) {
        window.location.href = '/connect';
        return;
      }
      const response = await fetch('/api/connect', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ connectionString }),
      });
      if (!response.ok) {
        window.location.href = '/connect';
        return;
      }
      const { sessionId } = await response.json();
      localStorage.setItem('sessionId', sessionId);
    };

    validate();
    const timer = setInterval(validate, FIVE_MINUTES);
    return () => clearInterval(timer);
  }, []);

  return null;
}
