// The lanes of the picture, from top to bottom, and where each stands. Pure.

export const LANES = [
  { id: 'status', name: 'Status', height: 26 },
  { id: 'checks', name: 'Checks', height: 28 },
  { id: 'retries', name: 'Waits', height: 22 },
  { id: 'reconnects', name: 'Reconnects', height: 22 },
  { id: 'backend', name: 'Restarts', height: 22 },
  { id: 'network', name: 'Network', height: 22 },
  { id: 'limit', name: 'Time left', height: 40 },
  { id: 'moments', name: 'Notes', height: 22 },
];

/** Below this there is no room for a column of names. */
const NARROW = 560;

/**
 * @param {number} width of the whole picture in pixels
 * @returns {{width: number, height: number, narrow: boolean, plot: {left: number, right: number, top: number, bottom: number},
 *   lanes: {id: string, name: string, top: number, height: number, nameX: number, nameY: number}[]}}
 */
export function layOut(width) {
  const narrow = width < NARROW;
  const [caption, gap] = narrow ? [17, 5] : [0, 10];
  const plot = { left: narrow ? 1 : 92, right: width - 1, top: 20 };
  let y = plot.top;
  const lanes = LANES.map(({ id, name, height }) => {
    const top = y + caption + gap / 2;
    y = top + height + gap / 2;
    return { id, name, top, height, nameX: narrow ? 5 : 0, nameY: narrow ? top - 5 : top + height / 2 + 4 };
  });
  plot.bottom = y;
  return { width, height: y + 22, narrow, plot, lanes };
}
