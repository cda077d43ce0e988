import { conformance } from './support/conformance.mjs';
import { express } from './support/kinds.mjs';

conformance(express);
