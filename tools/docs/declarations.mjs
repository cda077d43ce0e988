// What src/js/index.d.ts declares, and what its comments say of it.
import { readFileSync } from 'node:fs';
import ts from 'typescript-5.2';
import { inRoot } from '../lib/paths.mjs';

const path = inRoot('src', 'js', 'index.d.ts');

/** The comment in front of a node, on one line; the bar of a union may stand between the two. */
const commentOf = (source, node) => {
  const before = source.text.slice(0, node.getStart(source)).trimEnd().replace(/\s*\|$/, '');
  if (!before.endsWith('*/')) return '';
  return before.slice(before.lastIndexOf('/**') + 3, -2).replace(/^\s*\* ?/gm, '').replace(/\s+/g, ' ').trim();
};

const oneLine = (text) => text.replace(/\/\*\*[\s\S]*?\*\//g, '').replace(/\s+/g, ' ').trim();

/** A member of an interface: one with fields of its own is followed by these. */
const members = (source, list, prefix = '') =>
  list.flatMap((member) => {
    const name = member.name.getText(source);
    const comment = commentOf(source, member);
    if (ts.isMethodSignature(member)) return [{ name, comment, signature: oneLine(member.getText(source)).replace(/;$/, '') }];
    const fields = ts.isTypeLiteralNode(member.type) && member.type.members.every((field) => commentOf(source, field)) ? member.type.members : [];
    const own = { name: prefix + name, comment, type: fields.length > 0 ? 'object' : oneLine(member.type.getText(source)) };
    return [own, ...members(source, [...fields], `${prefix}${name}.`)];
  });

/** @returns `{ interfaces, unions }`: by name, lists of `{ name, comment }`, with the `type` of a field or the `signature` of a method */
export function declarations() {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const interfaces = {};
  const unions = {};
  for (const statement of source.statements) {
    const name = statement.name?.text;
    if (ts.isInterfaceDeclaration(statement)) interfaces[name] = members(source, [...statement.members]);
    if (ts.isTypeAliasDeclaration(statement) && ts.isUnionTypeNode(statement.type) && statement.type.types.every(ts.isLiteralTypeNode)) {
      unions[name] = statement.type.types.map((type) => ({ name: type.literal.text, comment: commentOf(source, type) }));
    }
  }
  return { interfaces, unions };
}
