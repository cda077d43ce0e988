import { useState } from 'react';

/** A form whose text is in this component and nowhere else, like most that people type. */
export function Draft() {
  const [text, setText] = useState('');
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <p>
        <label>
          Not saved yet<br />
          <textarea rows="6" cols="40" value={text} onChange={(event) => setText(event.target.value)} />
        </label>
      </p>
      <button>Save</button> {text.length} characters
    </form>
  );
}
