import { conformance } from './support/conformance.mjs';
import { axum } from './support/kinds.mjs';

conformance(axum);
