'use client';

import { useState } from 'react';

export function Draft() {
  const [text, setText] = useState('');
  return <label>Not saved yet <textarea rows="6" cols="40" value={text} onChange={(event) => setText(event.target.value)} /></label>;
}
