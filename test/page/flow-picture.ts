/** Who asks whom: a picture of the whole flow, in both colour schemes. */
export function flowPicture(): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif" font-size="14" role="img" aria-labelledby="flow-title">`,
    '<title id="flow-title">EventBridge Scheduler starts the Lambda function every 15 minutes. It reads the credentials from Secrets Manager, asks the SOAP service when the token is due, and writes the token to Parameter Store, where workloads read it. Its metrics feed alarms that page a person. A workload may report a rejected token, which starts the function at once.</title>',
    STYLE,
    ...BOXES.map(box),
    ...ARROWS.map(arrow),
    '</svg>',
  ].join('\n');
}

const WIDTH = 860;
const HEIGHT = 400;

const STYLE = `<style>
  .box { fill: #fffefb; stroke: #b9b5a9; stroke-width: 1.2 } .own { fill: #e8effa; stroke: #1d5fbf; stroke-width: 2 }
  text { fill: #1c2330 } .quiet { fill: #586070; font-size: 12.5px } .name { font-weight: 650 }
  .line { fill: none; stroke: #586070; stroke-width: 1.6 } .head { fill: #586070 }
  .report { stroke: #b24e00; stroke-dasharray: 6 4 } .report-head, .report-words { fill: #b24e00 }
  @media (prefers-color-scheme: dark) {
    .box { fill: #1a1f27; stroke: #4b5462 } .own { fill: #1d2a40; stroke: #7db1ff }
    text { fill: #e8eaee } .quiet { fill: #a3abb8 } .line { stroke: #a3abb8 } .head { fill: #a3abb8 }
    .report { stroke: #ffa861 } .report-head, .report-words { fill: #ffa861 }
  }
</style>`;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly name: string;
  readonly detail: string;
  readonly isOwn?: boolean;
}

const BOX_HEIGHT = 62;

const BOXES: readonly Box[] = [
  { x: 20, y: 20, width: 210, name: 'EventBridge Scheduler', detail: 'every 15 minutes' },
  { x: 20, y: 165, width: 210, name: 'Lambda function', detail: 'acts only when it is due', isOwn: true },
  { x: 20, y: 318, width: 210, name: 'CloudWatch', detail: 'metrics and alarms' },
  { x: 350, y: 20, width: 210, name: 'Secrets Manager', detail: 'credentials, put once by you' },
  { x: 350, y: 165, width: 210, name: 'Parameter Store', detail: 'token, encrypted; its status' },
  { x: 630, y: 20, width: 210, name: 'SOAP service', detail: 'tokens live for some hours' },
  { x: 630, y: 165, width: 210, name: 'Your workloads', detail: 'read it, and use it' },
  { x: 350, y: 318, width: 210, name: 'A person', detail: 'is notified before workloads notice' },
];

function box({ x, y, width, name, detail, isOwn }: Box): string {
  return (
    `<rect class="box${isOwn ? ' own' : ''}" x="${x}" y="${y}" width="${width}" height="${BOX_HEIGHT}" rx="9"/>` +
    `<text class="name" x="${x + width / 2}" y="${y + 27}" text-anchor="middle">${name}</text>` +
    `<text class="quiet" x="${x + width / 2}" y="${y + 47}" text-anchor="middle">${detail}</text>`
  );
}

interface Arrow {
  /** Corners, the last one is the point. */
  readonly path: readonly (readonly [x: number, y: number])[];
  readonly words: string;
  /** Where the words begin, or end. */
  readonly at: readonly [x: number, y: number];
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly isReport?: boolean;
}

const ARROWS: readonly Arrow[] = [
  {
    path: [
      [125, 82],
      [125, 165],
    ],
    words: 'ticks',
    at: [135, 128],
  },
  {
    path: [
      [190, 165],
      [190, 110],
      [455, 110],
      [455, 82],
    ],
    words: 'reads the credentials',
    at: [322, 102],
    anchor: 'middle',
  },
  {
    path: [
      [205, 165],
      [205, 138],
      [735, 138],
      [735, 82],
    ],
    words: 'asks for a token, when it is due',
    at: [595, 130],
    anchor: 'middle',
  },
  {
    path: [
      [230, 190],
      [350, 190],
    ],
    words: 'writes',
    at: [290, 182],
    anchor: 'middle',
  },
  {
    path: [
      [630, 190],
      [560, 190],
    ],
    words: 'read',
    at: [595, 182],
    anchor: 'middle',
  },
  {
    path: [
      [125, 227],
      [125, 318],
    ],
    words: 'each tick reports how long the token lives',
    at: [135, 300],
  },
  {
    path: [
      [230, 349],
      [350, 349],
    ],
    words: 'page, ticket',
    at: [290, 341],
    anchor: 'middle',
  },
  {
    path: [
      [735, 227],
      [735, 262],
      [190, 262],
      [190, 227],
    ],
    words: 'may report that the service rejects it: a tick at once',
    at: [462, 254],
    anchor: 'middle',
    isReport: true,
  },
];

function arrow({ path, words, at: [x, y], anchor = 'start', isReport = false }: Arrow): string {
  const [point = [0, 0], before = [0, 0]] = path.toReversed();
  const angle = (Math.atan2(point[1] - before[1], point[0] - before[0]) * 180) / Math.PI;
  const line = path.map(([left, top]) => `${left},${top}`).join(' ');
  return (
    `<polyline class="line${isReport ? ' report' : ''}" points="${line}"/>` +
    `<path class="head${isReport ? ' report-head' : ''}" transform="translate(${point[0]} ${point[1]}) rotate(${angle})" d="M1,0 l-11,-5.5 v11 z"/>` +
    `<text class="quiet${isReport ? ' report-words' : ''}" x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`
  );
}
