// What `npm publish` would send: the package as people install it.
import { temporaryFolder } from '../../e2e/support/folder.mjs';
import { pack } from '../../../tools/test/pack.mjs';

/** @returns {Promise<string>} the path of the tarball; made here, from dist/ as it is, unless the runner has made one */
export const tarball = async () => process.env.SESSION_KEEPALIVE_TARBALL ?? pack(temporaryFolder('tarball'));
