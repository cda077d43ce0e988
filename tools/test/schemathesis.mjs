// schemathesis, which makes up requests from an OpenAPI file.
import { inRoot } from '../lib/paths.mjs';
import { ensurePython } from './python.mjs';

/** Resolves to the path of the program; it is installed where it is missing or another release. */
export const ensureSchemathesis = () => ensurePython('schemathesis', inRoot('tests', 'api', 'requirements.txt'), 'schemathesis');
