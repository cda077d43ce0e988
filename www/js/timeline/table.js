// Writes the table: rows stay the same elements, so that somebody who reads one is not thrown out of it.
import { write } from '../dom.js';

/** @param {HTMLTableSectionElement} body @returns {(rows: ReturnType<import('./rows.js').rows>) => void} */
export function createTable(body) {
  /** @type {Map<string, HTMLTableRowElement>} */
  let known = new Map();
  return (rows) => {
    const shown = new Map(rows.map(({ key, cells }) => [key, filled(known.get(key) ?? document.createElement('tr'), cells)]));
    for (const [key, element] of known) if (!shown.has(key)) element.remove();
    known = shown;
    let place = body.firstElementChild;
    for (const element of shown.values()) {
      if (element === place) place = place.nextElementSibling;
      else body.insertBefore(element, place);
    }
  };
}

function filled(row, cells) {
  cells.forEach((text, place) => {
    const cell = row.cells[place] ?? row.insertCell();
    write(cell, text);
  });
  return row;
}
