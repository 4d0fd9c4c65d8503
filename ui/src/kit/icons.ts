// Line icons on a 24-unit grid, each a list of path data.

const circle = (x: number, y: number, r: number) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;

export const shapes = {
  home: ['M4 11l8-7 8 7v9H4z'],
  audio: ['M5 10v4h3l5 4V6l-5 4z', 'M16 9a4 4 0 010 6', 'M18.5 6.5a8 8 0 010 11'],
  board: ['M4.5 5h15A1.5 1.5 0 0121 6.5v9a1.5 1.5 0 01-1.5 1.5h-15A1.5 1.5 0 013 15.5v-9A1.5 1.5 0 014.5 5z', 'M8 21h8M12 17v4', 'M7 10h10M7 13h6'],
  news: ['M5 4h14v16H5z', 'M8 8h8M8 12h8M8 16h5'],
  archive: ['M4 5h16v4H4z', 'M5 9v11h14V9', 'M10 13h4'],
  send: ['M4 12l16-8-5 16-3-7z'],
  settings: [circle(12, 12, 3), 'M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M18.4 5.6l-2.1 2.1M7.7 16.3l-2.1 2.1'],
  record: [circle(12, 12, 6)],
  drop: ['M12 4v11', 'M7 10l5 5 5-5', 'M5 20h14'],
  search: [circle(11, 11, 6), 'M20 20l-4.5-4.5'],
  play: ['M7 4l12 8-12 8z'],
  pause: ['M8 5v14M16 5v14'],
  stop: ['M6 6h12v12H6z'],
  start: ['M6 5v14', 'M19 5l-10 7 10 7z'],
  mic: ['M12 3a3 3 0 013 3v6a3 3 0 01-6 0V6a3 3 0 013-3z', 'M6 11a6 6 0 0012 0', 'M12 17v4'],
  check: ['M5 12l5 5 9-11'],
  warn: ['M12 4L2.5 20h19z', 'M12 10v4M12 17v.5'],
  cross: ['M6 6l12 12M18 6L6 18'],
  plus: ['M12 5v14M5 12h14'],
  back: ['M15 5l-7 7 7 7'],
  undo: ['M9 7L4 12l5 5', 'M4 12h10a6 6 0 016 6'],
  redo: ['M15 7l5 5-5 5', 'M20 12H10a6 6 0 00-6 6'],
  receipt: ['M6 3h12v18l-3-2-3 2-3-2-3 2z', 'M9 8h6M9 12h6'],
  text: ['M5 6V5h14v1', 'M12 5v14', 'M9 19h6'],
  box: ['M4 8l8-4 8 4v8l-8 4-8-4z', 'M4 8l8 4 8-4M12 12v8'],
  cut: ['M12 3v18', 'M8 8l-4 4 4 4M16 8l4 4-4 4'],
  trash: ['M5 7h14', 'M9 7V4h6v3', 'M7 7l1 13h8l1-13'],
} as const satisfies Record<string, readonly string[]>;

export type IconName = keyof typeof shapes;
