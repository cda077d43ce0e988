/** Bytes to a running module: what the generated loader does, without what no page needs. */
import { Session, finish, imports } from '#glue';

/** Bytes, or a compiled module, from wherever they are to be had. */
const resolve = async (source) => {
  const given = await source;
  const fetched = typeof given === 'string' || given instanceof URL ? await fetch(given) : given;
  if (!(fetched instanceof Response)) return fetched;
  if (!fetched.ok) throw new Error(`${fetched.url} answered with HTTP ${fetched.status}`);
  return fetched.arrayBuffer();
};

/** @param source a URL, a Response, bytes, a compiled module, or a promise of one */
export const instantiate = async (source) => {
  const result = await WebAssembly.instantiate(await resolve(source), imports());
  // A compiled module gives the instance itself.
  finish(result.instance ?? result);
  return Session;
};
