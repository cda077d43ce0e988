import { conformance } from './support/conformance.mjs';
import { reference } from './support/kinds.mjs';

conformance(reference);
