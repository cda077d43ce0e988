import { Draft } from './draft.jsx';
import { Session } from './session.jsx';

export default function Page() {
  return (
    <main>
      <Session />
      <Draft />
    </main>
  );
}
