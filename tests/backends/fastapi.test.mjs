import { conformance } from './support/conformance.mjs';
import { fastapi } from './support/kinds.mjs';

conformance(fastapi);
