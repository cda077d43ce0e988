// What a tool can find that keeps people out of a page: axe-core, and what is too wide.
import { readFileSync } from 'node:fs';
import { inRoot } from '../../../tools/lib/paths.mjs';

/** To be run in the page first; nothing of it is an inline script, which the policy would refuse. */
export const axe = readFileSync(inRoot('node_modules', 'axe-core', 'axe.min.js'), 'utf8');

/** Runs in the page, under every rule that is on by default, best practices among them: one line for each violation. */
export const violations = async () => {
  const { violations: found, passes } = await window.axe.run(document);
  const checked = passes.map(({ id }) => id);
  if (!checked.includes('color-contrast') || checked.length < 10) throw new Error(`hardly a rule was applied: ${checked}`);
  return found.flatMap(({ id, help, nodes }) => nodes.map(({ target, any }) =>
    [`${id} (${help}): ${target.join(' ')}`, ...any.map(({ message }) => message)].join('; ')));
};

/** By how much the page is wider than what shows it. */
export const sideways = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
